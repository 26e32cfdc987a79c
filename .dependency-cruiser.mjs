/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-circles-between-folders",
      comment: "Folders of the library depend on each other one way; move the shared part to scripts/core.",
      severity: "error",
      scope: "folder",
      from: { path: "^scripts/[^/]+$" },
      to: { circular: true, path: "^scripts/[^/]+$" },
    },
    {
      name: "no-circles-between-files",
      comment: "Two files that need each other share a third, which belongs into a file of its own.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "library-without-hardhat",
      comment: "The library works in a notebook or a server as well.",
      severity: "error",
      from: { path: "^scripts/" },
      to: {
        path: ["^tasks/", "^test/", "node_modules/hardhat/", "node_modules/@nomicfoundation/hardhat-(?!ignition)"],
      },
    },
  ],
  options: {
    doNotFollow: { path: ["node_modules", "^typechain-types"] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".mts", ".js", ".json"] },
  },
};
