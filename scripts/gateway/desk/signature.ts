import { TypedDataEncoder, type TypedDataDomain } from "ethers";
// A flood's forgeries are hashed and recovered by the thousand, at which these are some five times as fast as ethers.
import { keccak256 } from "js-sha3";
import { ecdsaRecover } from "secp256k1";

import { ORDER_TYPES, orderMessage, type SignedTerms } from "../../chain/packedWords";

/** Half the order of secp256k1: contracts take no larger s. */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;
const TYPE_HASH = hash(Buffer.from(TypedDataEncoder.from(ORDER_TYPES).encodeType("Order")));

/** Finds who signed orders of one market; EIP-712, several thousand a second. */
export class OrderSignatures {
  private readonly prefix: Buffer;

  constructor(domain: TypedDataDomain) {
    this.prefix = Buffer.concat([Buffer.from([0x19, 0x01]), bytes(TypedDataEncoder.hashDomain(domain))]);
  }

  /** Digest of terms that is signed. */
  digest(terms: SignedTerms): Buffer {
    const { charge, price, energyWh, peakWh, expiryFrame, nonce, deadline } = terms;
    const words = [
      orderMessage(terms)["action"] as number,
      charge ? 1 : 0,
      price,
      energyWh,
      peakWh,
      expiryFrame,
      nonce,
      deadline,
    ];
    const struct = Buffer.alloc(32 * 9);
    TYPE_HASH.copy(struct, 0);
    // None has more than 40 bits.
    words.forEach((word, index) => struct.writeBigUInt64BE(BigInt(word), 32 * (index + 2) - 8));
    return hash(Buffer.concat([this.prefix, hash(struct)]));
  }

  /** Address that signed, in small letters; undefined where nobody can have. @param vs s with the parity of y on top */
  signer(terms: SignedTerms, r: string, vs: string): string | undefined {
    const packed = BigInt(vs);
    const s = packed & ((1n << 255n) - 1n);
    if (s > HALF_ORDER) return undefined;
    try {
      const signature = bytes(r + s.toString(16).padStart(64, "0"));
      const key = ecdsaRecover(signature, Number(packed >> 255n), this.digest(terms), false);
      return `0x${hash(key.subarray(1)).toString("hex", 12)}`;
    } catch {
      return undefined;
    }
  }
}

function hash(data: Uint8Array): Buffer {
  return Buffer.from(keccak256.arrayBuffer(data));
}

/** Bytes of hexadecimal digits after 0x. */
function bytes(hex: string): Buffer {
  return Buffer.from(hex.slice(2), "hex");
}
