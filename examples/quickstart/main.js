const { RunError } = require("@pulumi/pulumi");

// This example is inside the clone of the package that it uses, so the package has to be built first. Yours needs no such file.
try {
  require.resolve("pulumi-rolling-patch");
} catch {
  throw new RunError(
    "pulumi-rolling-patch is not set up in this clone yet: run `npm start` (or `npm run setup`) in its root once.",
  );
}
module.exports = require("./index.ts");
