/**
 * The SSH client. In `dist` this file holds it, bundled when it is built: those who install the package run no install script for
 * it and have the very version that our tests ran with. Imported by `ssh2.ts` alone, when the first host is connected to.
 */
import ssh2 from "ssh2";

export default ssh2;
