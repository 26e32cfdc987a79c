module.exports = {
  // Parts that read records outgrow the stack once they are instrumented; their tests flip every byte instead.
  skipFiles: ["test", "metering"],
  // Instrumented functions hold more on the stack than the EVM reaches; the optimizer keeps the rest in memory.
  configureYulOptimizer: true,
  istanbulReporter: ["json", "html", "text"],
  // Every step of every call is looked at.
  mocha: { timeout: 600_000 },
};
