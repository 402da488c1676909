// Pulumi saves the text of these methods in the state of every resource, and runs it again from there to refresh or to destroy.
// A changed character would show as a change of every resource, so nothing here ever changes: all work is done by the package
// that the project has installed. No compiler or formatter touches this file; test/dynamic/text.test.ts knows its digest.
exports.provider = {
  check(olds, news) {
    return require("pulumi-rolling-patch/dynamic").check(olds, news);
  },
  diff(id, olds, news) {
    return require("pulumi-rolling-patch/dynamic").diff(id, olds, news);
  },
  create(inputs) {
    return require("pulumi-rolling-patch/dynamic").create(inputs);
  },
  read(id, props) {
    return require("pulumi-rolling-patch/dynamic").read(id, props);
  },
  update(id, olds, news) {
    return require("pulumi-rolling-patch/dynamic").update(id, olds, news);
  },
  delete(id, props) {
    return require("pulumi-rolling-patch/dynamic").delete(id, props);
  },
};
