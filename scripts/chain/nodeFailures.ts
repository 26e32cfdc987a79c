/** Codes of a connection that failed: nothing came back that a node said. */
const TRANSPORT_CODES = new Set([
  ...["ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"],
  ...["ENOTFOUND", "EAI_AGAIN", "EPROTO", "TIMEOUT", "SERVER_ERROR", "NETWORK_ERROR"],
]);
/** Hardhat's own numbers of the same: no node (108), no answer in time (109), no JSON (110). */
const TRANSPORT_NUMBERS = new Set([108, 109, 110]);

/** The error and whatever it wraps; providers nest the reason differently. */
export function* causes(error: unknown, depth = 5): Generator<Record<string, unknown>> {
  if (depth === 0 || typeof error !== "object" || error === null) return;
  const one = error as Record<string, unknown>;
  yield one;
  const { cause, parent, errors, info, error: inner } = one;
  for (const next of [cause, parent, info, inner, ...(Array.isArray(errors) ? (errors as unknown[]) : [])]) {
    yield* causes(next, depth - 1);
  }
}

/** Whether nothing listened where the node should be, so that nothing can have arrived. */
export function isRefusedConnection(error: unknown): boolean {
  return [...causes(error)].some(({ code }) => code === "ECONNREFUSED");
}

/** Whether the node could not be asked, or what came back is no answer of a node. */
export function isTransportFailure(error: unknown): boolean {
  return [...causes(error)].some(
    ({ code, number, name }) =>
      (typeof code === "string" && (TRANSPORT_CODES.has(code) || code.startsWith("UND_ERR"))) ||
      (typeof number === "number" && TRANSPORT_NUMBERS.has(number) && name === "HardhatError"),
  );
}

/** Whether a transaction was refused since another one has its nonce already. */
export function isNonceTaken(error: unknown): boolean {
  return says(error, /nonce (is )?too low|nonce .*already used|invalid nonce|already known|already imported/i);
}

/** Whether a transaction was refused since one with its nonce waits that offers as much for gas. */
export function isUnderpriced(error: unknown): boolean {
  return says(error, /underpriced|replacement/i);
}

function says(error: unknown, words: RegExp): boolean {
  return [...causes(error)].some(({ message }) => typeof message === "string" && words.test(message));
}
