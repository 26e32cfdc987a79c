module.exports = {
  skipFiles: ["test"],
  // Instrumented functions hold more on the stack than the EVM reaches; the optimizer keeps the rest in memory.
  configureYulOptimizer: true,
  istanbulReporter: ["json", "html", "text"],
  // Every step of every call is looked at.
  mocha: { timeout: 600_000 },
};
