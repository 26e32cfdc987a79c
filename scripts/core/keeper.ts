/**
 * Who clears, finalises and settles on the model where somebody always does: a replayed scenario, a simulated day. On
 * chain it is the account that sends; its claims come before others in the same way. Longer than any pile's id may be.
 */
export const KEEPER = "whoever clears, finalises and settles".padEnd(65, ".");
