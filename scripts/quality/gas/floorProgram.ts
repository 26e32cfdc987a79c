import type { FloorItem, Step } from "./floor";

/** A floor as instructions of the EVM. */
export interface FloorProgram {
  /** Runtime code, hex. */
  code: string;
  /** Slots from 0 on that must not be zero before the call. */
  filledSlots: number;
  /** Gas of what brings arguments to the instructions and takes results away: stack and memory. */
  handlingGas: number;
}

const OP = {
  pop: "50",
  sload: "54",
  sstore: "55",
  gas: "5a",
  mstore: "52",
  log0: 0xa0,
  create: "f0",
  staticcall: "fa",
  stop: "00",
} as const;

/** Gas of an instruction that only moves something onto the stack or off it. */
const PUSH = 3;
const PUSH_ZERO = 2;
const POP = 2;
const GAS_OPCODE = 2;
const MSTORE = 3;
/** First of the slots that are zero before the call. */
const FRESH_SLOTS = 0x8000;
/** First of the addresses where nothing is. */
const STRANGERS = 0xadbe_0000;

/** Assembles what the items do, one after the other, without a loop, a check or a dispatcher. */
export function assembleFloor(items: readonly FloorItem[]): FloorProgram {
  const assembler = new Assembler();
  for (const { step, times } of items) for (let i = 0; i < times; i++) assembler.add(step);
  return assembler.finish();
}

class Assembler {
  private code = "";
  private handlingGas = 0;
  private filledSlots = 0;
  private freshSlots = 0;
  private strangers = 0;
  private memoryBytes = 0;

  add(step: Step): void {
    switch (step.kind) {
      case "transaction":
      case "calldata":
        // Charged for the call itself.
        return;
      case "read":
        this.push(this.filledSlots++).op(OP.sload).op(OP.pop, POP);
        return;
      case "rewrite":
        this.push(2).push(this.filledSlots++).op(OP.sstore);
        return;
      case "clear":
        this.push(0).push(this.filledSlots++).op(OP.sstore);
        return;
      case "fresh":
        this.push(1)
          .push(FRESH_SLOTS + this.freshSlots++)
          .op(OP.sstore);
        return;
      case "event":
        for (let topic = 0; topic < step.topics; topic++) this.push(1);
        this.push(step.bytes).push(0).memory(step.bytes);
        this.op((OP.log0 + step.topics).toString(16));
        return;
      case "recover":
        this.push(32).push(0).push(128).push(0).push(1).memory(128);
        this.op(OP.gas, GAS_OPCODE).op(OP.staticcall).op(OP.pop, POP);
        return;
      case "call":
        this.push(0)
          .push(0)
          .push(0)
          .push(0)
          .push(STRANGERS + this.strangers++);
        this.op(OP.gas, GAS_OPCODE).op(OP.staticcall).op(OP.pop, POP);
        return;
      case "create":
        this.create(step.codeBytes);
        return;
    }
  }

  finish(): FloorProgram {
    const { code, filledSlots, handlingGas, memoryBytes } = this;
    return { code: `0x${code}${OP.stop}`, filledSlots, handlingGas: handlingGas + memoryGas(memoryBytes) };
  }

  /** Creates a contract of `size` zero bytes: PUSH2 size, PUSH0, RETURN. */
  private create(size: number): void {
    const initCode = `61${size.toString(16).padStart(4, "0")}5ff3`;
    this.push(Number.parseInt(initCode, 16)).push(0).op(OP.mstore, MSTORE).memory(32);
    this.push(initCode.length / 2)
      .push(32 - initCode.length / 2)
      .push(0);
    this.op(OP.create).op(OP.pop, POP);
    // Within the created contract: its two pushes and its memory.
    this.handlingGas += PUSH + PUSH_ZERO + memoryGas(size);
  }

  private push(value: number): this {
    const hex = value.toString(16);
    const bytes = Math.ceil(hex.length / 2);
    if (value === 0) return this.op("5f", PUSH_ZERO);
    return this.op((0x5f + bytes).toString(16) + hex.padStart(2 * bytes, "0"), PUSH);
  }

  private op(code: string, handlingGas = 0): this {
    this.code += code;
    this.handlingGas += handlingGas;
    return this;
  }

  private memory(bytes: number): this {
    this.memoryBytes = Math.max(this.memoryBytes, bytes);
    return this;
  }
}

/** Gas of memory up to `bytes`. */
function memoryGas(bytes: number): number {
  const words = Math.ceil(bytes / 32);
  return 3 * words + Math.floor((words * words) / 512);
}
