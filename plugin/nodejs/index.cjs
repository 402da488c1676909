// What Pulumi's Node.js host loads where it starts the plugin by PulumiPlugin.yaml.
void import("../../dist/provider/plugin-main.js").then(({ main }) => main(process.argv));
