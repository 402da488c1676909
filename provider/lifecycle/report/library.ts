/**
 * The charting library, and a document for it where there is no browser. In `dist` this file holds both, bundled when it is built: to those who
 * install the package they are neither sixty packages more nor anything that is loaded before a report is drawn.
 */
export * as plot from "@observablehq/plot";
export { parseHTML } from "linkedom";
