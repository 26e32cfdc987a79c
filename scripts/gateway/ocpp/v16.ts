import { ACCEPTED, type Connection, HEARTBEAT_SECONDS, PATIENCE, PROFILE_ID } from "./connection";
import type { Allowance, Station } from "./station";
import type { MeterValue } from "./meterValues";

/** A station has one connector: a pile is one. */
const CONNECTOR = 1;

interface Start {
  connectorId: number;
  idTag: string;
  meterStart: number;
  timestamp: string;
}

interface Stop {
  transactionId: number;
  meterStop: number;
  timestamp: string;
  transactionData?: MeterValue[];
}

/** Answers a station that speaks OCPP 1.6-J. */
export function serve16(connection: Connection, station: Station): void {
  const on = <P>(method: string, answer: (params: P) => unknown) =>
    connection.handle(method, ({ params }) => answer(params as P));
  let transaction: number | undefined = station.sessions.current()?.id;
  on("BootNotification", () => ({ ...ACCEPTED, currentTime: station.currentTime(), interval: HEARTBEAT_SECONDS }));
  on("Heartbeat", () => ({ currentTime: station.currentTime() }));
  on<{ timestamp?: string }>("StatusNotification", ({ timestamp }) => {
    station.toldNow(timestamp);
    return {};
  });
  on("Authorize", () => ({ idTagInfo: ACCEPTED }));
  on<Start>("StartTransaction", ({ connectorId, idTag, meterStart, timestamp }) => {
    if (connectorId !== CONNECTOR) return { transactionId: 0, idTagInfo: { status: "Blocked" } };
    station.metered([register(timestamp, meterStart)]);
    transaction = station.begun("", idTag, timestamp);
    return { transactionId: transaction, idTagInfo: ACCEPTED };
  });
  on<{ connectorId: number; meterValue: MeterValue[] }>("MeterValues", ({ connectorId, meterValue }) => {
    if (connectorId === CONNECTOR) station.metered(meterValue);
    return {};
  });
  on<Stop>("StopTransaction", ({ transactionId, meterStop, timestamp, transactionData = [] }) => {
    station.metered([...transactionData, register(timestamp, meterStop)]);
    station.ended(transactionId, timestamp);
    transaction = undefined;
    return { idTagInfo: ACCEPTED };
  });
  on("DataTransfer", () => ({ status: "UnknownVendorId" }));
  on("DiagnosticsStatusNotification", () => ({}));
  on("FirmwareStatusNotification", () => ({}));
  station.limit = async (allowance) => limit(connection, transaction, allowance);
}

/** Sets a limit by the first kind of profile that the station takes; many know only some. */
async function limit(connection: Connection, transaction: number | undefined, allowance: Allowance): Promise<string> {
  const { from, seconds } = allowance;
  // It knows no discharging.
  const limitW = Math.max(0, allowance.limitW);
  const schedule = {
    duration: seconds,
    startSchedule: new Date(from * 1_000).toISOString(),
    chargingRateUnit: "W",
    chargingSchedulePeriod: [{ startPeriod: 0, limit: limitW }],
  };
  const kinds = [...(transaction === undefined ? [] : ["TxProfile"]), "TxDefaultProfile", "ChargePointMaxProfile"];
  for (const purpose of kinds) {
    const profile = {
      ...{ chargingProfileId: PROFILE_ID, stackLevel: 0, chargingProfileKind: "Absolute" },
      ...{ chargingProfilePurpose: purpose, chargingSchedule: schedule },
      ...(purpose === "TxProfile" ? { transactionId: transaction } : {}),
    };
    const connectorId = purpose === "ChargePointMaxProfile" ? 0 : CONNECTOR;
    const answer = await connection.call("SetChargingProfile", { connectorId, csChargingProfiles: profile }, PATIENCE);
    if ((answer as { status?: string }).status === "Accepted") return purpose;
  }
  return "none";
}

function register(timestamp: string, wh: number): MeterValue {
  return { timestamp, sampledValue: [{ value: wh }] };
}
