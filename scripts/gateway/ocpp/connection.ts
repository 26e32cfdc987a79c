/** A connection to a station, in whichever version of OCPP: calls it, and answers it. */
export interface Connection {
  call(method: string, params: unknown, options?: { callTimeoutMs?: number }): Promise<unknown>;
  handle(method: string, handler: (request: { params: unknown }) => unknown): void;
}

export const ACCEPTED = { status: "Accepted" };
/** How often stations say that they are there, s. */
export const HEARTBEAT_SECONDS = 60;
/** How long a station's answer is waited for. */
export const PATIENCE = { callTimeoutMs: 15_000 };
/** Number of the charging profile: each one replaces the one before. */
export const PROFILE_ID = 1;
