/** The program of most tests: declares what stands in declared.json. */
export const program = `"use strict";
const { RollingPatch } = require("pulumi-rolling-patch");
for (const { name, args, options } of require("./declared.json")) new RollingPatch(name, args, options);
`;
