import { causes } from "./nodeFailures";

/** Codes of a connection that ended before the answer: a node closes those that were idle for seconds. */
const ENDED = ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "UND_ERR_CLOSED"];
/** Requests that send: asked twice, they happen twice. */
const SENDS = /^eth_send|^evm_|^hardhat_|^anvil_/;
const MOST_ATTEMPTS = 4;

/** Asks again where a connection ended before the answer, unless the question does something. */
export async function readAgain<T>(method: string, ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const ended = [...causes(error)].some(({ code }) => ENDED.includes(String(code)));
      if (!ended || SENDS.test(method) || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}
