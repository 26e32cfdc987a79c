/**
 * Gas of a comparable operation in the cheapest general-purpose order book on the EVM that we measured:
 * median receipts on another bench, with other contracts, accounts and books than ours, and none of our
 * piles' duties
 * (capacity, icebergs, expiry). To be read as an order of magnitude beside our own figures, which come from this run.
 */
export const GENERAL_ORDER_BOOK_GAS: Readonly<Record<string, number>> = {
  place: 85_900,
  "place, first order of the pile": 85_900,
  "submitBatch of 20 signed orders, each": 42_400,
  cancel: 44_400,
  "clear, each order that waits": 2_830,
  "clear, each order filled one to one": 17_500,
};

/** How a figure of {@link GENERAL_ORDER_BOOK_GAS} differs from what it stands beside. */
export const GENERAL_ORDER_BOOK_NOTE =
  "General order books were measured on another bench; the batch is of unsigned orders there.";
