import { type BytesLike, getBytes, keccak256, toBeHex, TypedDataEncoder, type TypedDataDomain } from "ethers";
import { ecdsaRecover } from "secp256k1";

import { field, ORDER_TYPES, packSignedTerms, type SignedAction, type SignedTerms } from "../../chain/packedWords";

const ACTIONS: readonly SignedAction[] = ["place", "replace", "cancel"];
/** Half the order of secp256k1: contracts take no larger s. */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;
const TYPE_HASH = keccak256(Buffer.from(TypedDataEncoder.from(ORDER_TYPES).encodeType("Order")));

/** Opens packed terms. @returns undefined where the word holds anything else besides */
export function unpackSignedTerms(word: bigint): SignedTerms | undefined {
  const action = ACTIONS[Number(field(word, 0, 2))];
  if (action === undefined || word < 0n || word >= 1n << 256n) return undefined;
  const terms: SignedTerms = {
    action,
    charge: field(word, 2, 1) === 1n,
    energyWh: field(word, 8, 24),
    peakWh: field(word, 32, 24),
    expiryFrame: Number(field(word, 56, 32)),
    price: field(word, 88, 40),
    nonce: field(word, 128, 24),
    deadline: Number(field(word, 152, 40)),
  };
  return packSignedTerms(terms) === word ? terms : undefined;
}

/** Finds who signed orders of one market; EIP-712, several thousand a second. */
export class OrderSignatures {
  private readonly prefix: Buffer;

  constructor(domain: TypedDataDomain) {
    this.prefix = Buffer.concat([Buffer.from([0x19, 0x01]), bytes(TypedDataEncoder.hashDomain(domain))]);
  }

  /** Digest of terms that is signed. */
  digest(terms: SignedTerms): Buffer {
    const { action, charge, price, energyWh, peakWh, expiryFrame, nonce, deadline } = terms;
    const words = [ACTIONS.indexOf(action), charge ? 1 : 0, price, energyWh, peakWh, expiryFrame, nonce, deadline];
    const struct = Buffer.alloc(32 * 9);
    bytes(TYPE_HASH).copy(struct, 0);
    // None has more than 40 bits.
    words.forEach((word, index) => struct.writeBigUInt64BE(BigInt(word), 32 * (index + 2) - 8));
    return bytes(keccak256(Buffer.concat([this.prefix, bytes(keccak256(struct))])));
  }

  /** Address that signed, in small letters; undefined where nobody can have. @param vs s with the parity of y on top */
  signer(terms: SignedTerms, r: string, vs: string): string | undefined {
    const packed = BigInt(vs);
    const s = packed & ((1n << 255n) - 1n);
    if (s > HALF_ORDER) return undefined;
    try {
      const signature = Buffer.concat([bytes(r), bytes(toBeHex(s, 32))]);
      const key = ecdsaRecover(signature, Number(packed >> 255n), this.digest(terms), false);
      return `0x${keccak256(key.subarray(1)).slice(-40)}`;
    } catch {
      return undefined;
    }
  }
}

function bytes(value: BytesLike): Buffer {
  return Buffer.from(getBytes(value));
}
