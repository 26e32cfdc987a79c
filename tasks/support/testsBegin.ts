/**
 * Every chain of the tests begins at this moment, in the first second of a half-hour. By the clock on the wall a run
 * would now and then meet a gate that closes, and numbers of frames, which hashes depend on, would change every day.
 */
export const TESTS_BEGIN = "2026-01-05T00:00:00Z";
