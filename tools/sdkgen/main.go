// Command sdkgen writes the SDKs of a Pulumi package, as `pulumi package gen-sdk` does where the language hosts of an official CLI are
// installed: sdkgen SCHEMA.json FOLDER makes FOLDER/python and FOLDER/go.
package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "rolling-patch-sdkgen"

// The generator writes packages; what makes a Go module of them is this.
//
//go:embed sdk.go.mod
var goModule []byte

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: sdkgen SCHEMA.json FOLDER"))
	}
	if err := generate(os.Args[1], os.Args[2]); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "sdkgen:", err)
	os.Exit(1)
}

func generate(schemaFile, folder string) error {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		return err
	}
	// Generators change the package that they are given: each gets its own.
	pkg, err := bind(text)
	if err != nil {
		return fmt.Errorf("%s: %w", schemaFile, err)
	}
	files, err := python.GeneratePackage(tool, pkg, nil, nil)
	if err != nil {
		return fmt.Errorf("python: %w", err)
	}
	// pyproject.toml names it where the generator does not put it.
	files["README.md"] = files[filepath.Join("pulumi_rolling_patch", "README.md")]
	if err := write(filepath.Join(folder, "python"), files); err != nil {
		return err
	}
	if pkg, err = bind(text); err != nil {
		return err
	}
	if files, err = golang.GeneratePackage(tool, pkg, nil); err != nil {
		return fmt.Errorf("go: %w", err)
	}
	files["go.mod"] = goModule
	return write(filepath.Join(folder, "go"), files)
}

func bind(text []byte) (*schema.Package, error) {
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, err
	}
	pkg, diagnostics, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	return pkg, nil
}

func write(folder string, files map[string][]byte) error {
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
