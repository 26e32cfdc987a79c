import type { BookOrder, MarketPort } from "../core/ports";

/** A port like `port` that writes down, before each clearing, the live orders it is about. @param books by frame */
export function recordBooks(port: MarketPort, books: Map<number, readonly BookOrder[]>): MarketPort {
  const clear: MarketPort["clear"] = async (frame) => {
    books.set(frame, await port.book(frame - 1));
    return port.clear(frame);
  };
  // A proxy, so that whatever else a port can do goes through as it is.
  return new Proxy(port, {
    get(target, name) {
      if (name === "clear") return clear;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
