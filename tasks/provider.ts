import { extendProvider } from "hardhat/config";
import { ProviderWrapper } from "hardhat/plugins";
import type { EIP1193Provider, RequestArguments } from "hardhat/types";

import { readAgain } from "../scripts/chain/readAgain";

/** A node over HTTP, of which a question is asked again where the connection ended before its answer. */
class PersistentProvider extends ProviderWrapper {
  constructor(private readonly inner: EIP1193Provider) {
    super(inner);
  }

  override async request(args: RequestArguments): Promise<unknown> {
    return readAgain(args.method, async () => this.inner.request(args));
  }
}

extendProvider((provider, _config, network) =>
  Promise.resolve(network === "hardhat" ? provider : new PersistentProvider(provider)),
);
