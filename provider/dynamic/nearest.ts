/** For the SDK, which loads nothing of the provider but the door. */
export { nearest } from "../lifecycle/nearest.ts";
