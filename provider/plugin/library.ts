/**
 * gRPC, and the messages of Pulumi as its SDK has them. In `dist` this file holds them, bundled when it is built: the plugin starts without
 * loading the SDK, needs none where it is installed, and brings no further packages.
 */
import type * as enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import type * as providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import type * as statusPb from "@pulumi/pulumi/proto/resource_status_pb.js";

export { default as grpc } from "@grpc/grpc-js";
export { default as engineService } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
export { default as engine } from "@pulumi/pulumi/proto/engine_pb.js";
export { default as plugin } from "@pulumi/pulumi/proto/plugin_pb.js";
export { default as providerService } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
export { default as provider } from "@pulumi/pulumi/proto/provider_pb.js";
export { default as statusService } from "@pulumi/pulumi/proto/resource_status_grpc_pb.js";
export { default as status } from "@pulumi/pulumi/proto/resource_status_pb.js";
export { default as rpcStatus } from "@pulumi/pulumi/proto/status_pb.js";
export { default as any } from "google-protobuf/google/protobuf/any_pb.js";
export { default as empty } from "google-protobuf/google/protobuf/empty_pb.js";
export { default as struct } from "google-protobuf/google/protobuf/struct_pb.js";
export type { enginePb, providerPb, statusPb };
