/** Frames, both ends included, counted from the beginning of the measured day. */
export interface FrameRange {
  first: number;
  last: number;
}

/** A pile that nothing is heard of for some frames. */
export interface OfflinePile extends FrameRange {
  /** Its number, from 1, in the order of registration. */
  pile: number;
}

/** Faults of a simulated day; frames are counted from the beginning of the measured day. */
export interface Faults {
  /** Frames at whose beginning the node and the gateway restart. */
  restarts: readonly number[];
  offline: readonly OfflinePile[];
  /** Frames in whose windows nobody clears. */
  missed: readonly FrameRange[];
  /** Frames whose base load and tariffs are published too late. */
  late: readonly FrameRange[];
  /** Whether everything that is signed is submitted more than once. */
  duplicates: boolean;
  /** Frames in which a gateway dies in the middle of its work. */
  gateways: readonly number[];
}

/** Whether a frame lies in one of some ranges. */
export function within(ranges: readonly FrameRange[], frame: number): boolean {
  return ranges.some(({ first, last }) => first <= frame && frame <= last);
}

/** Log of the faults: those injected, and the market's reaction. */
export interface FaultLog {
  restarts: {
    frame: number;
    /** Connections that the node refused while it was away. */
    refusedConnections: number;
    /** Events from which the new process rebuilt what the old one knew. */
    events: number;
    piles: number;
    /** Cleared frames that it found awaiting settlement. */
    unsettledFrames: number;
  }[];
  offline: { pile: number; first: number; last: number; ordersLost: number; readingsLost: number }[];
  /** Frames that nobody cleared. */
  missed: number[];
  /** Publications that came too late, and what the contract said. */
  late: { frame: number; refusal: string | undefined }[];
  duplicates: Duplicates;
  gateways: {
    frame: number;
    /** Orders that were to be submitted. */
    orders: number;
    /** Sent by the gateway that died. */
    sentBefore: number;
    /** Of those, what its successor found on the chain. */
    found: number;
    /** Sent by the successor. */
    sentAfter: number;
  }[];
}

/** Orders submitted once more, and those of them that the contracts refused. */
export interface Duplicates {
  orders: number;
  ordersRefused: number;
  readings: number;
  readingsRefused: number;
  settlements: number;
  settlementsRefused: number;
  /** Gas of the refused calls that were mined. */
  gas: bigint;
}

/** A log of nothing. */
export function emptyLog(): FaultLog {
  const duplicates: Duplicates = {
    ...{ orders: 0, ordersRefused: 0, readings: 0, readingsRefused: 0 },
    ...{ settlements: 0, settlementsRefused: 0, gas: 0n },
  };
  return { restarts: [], offline: [], missed: [], late: [], duplicates, gateways: [] };
}
