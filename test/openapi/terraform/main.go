// Terraform's templatefile, and what of terraform fmt and validate needs no provider, by the library that Terraform and
// OpenTofu read their language with.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

func main() {
	var err error
	switch {
	case len(os.Args) == 3 && os.Args[1] == "render":
		err = render(os.Args[2], os.Stdin, os.Stdout)
	case len(os.Args) > 1 && os.Args[1] == "check":
		err = check(os.Args[2:])
	case len(os.Args) > 1 && os.Args[1] == "facts":
		err = writeFacts(os.Args[2:], os.Stdout)
	case len(os.Args) > 1 && os.Args[1] == "values":
		err = writeValues(os.Args[2:], os.Stdin, os.Stdout)
	default:
		err = fmt.Errorf("usage: terraform render <file>, with the variables as JSON on stdin, or terraform check|facts|values <file>…")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func render(file string, in io.Reader, out io.Writer) error {
	variables, err := readVariables(in)
	if err != nil {
		return err
	}
	source, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if !utf8.Valid(source) {
		return fmt.Errorf("%s is not UTF-8", file)
	}
	template, diagnostics := hclsyntax.ParseTemplate(source, file, hcl.InitialPos)
	if diagnostics.HasErrors() {
		return all(diagnostics)
	}
	// Terraform says so too, also where the variable is in a branch that is not taken.
	for _, reference := range template.Variables() {
		if _, found := variables[reference.RootName()]; !found {
			at := reference.SourceRange().Start
			return fmt.Errorf("%s:%d,%d: there is no variable %q", file, at.Line, at.Column, reference.RootName())
		}
	}
	value, diagnostics := template.Value(&hcl.EvalContext{Variables: variables})
	if diagnostics.HasErrors() {
		return all(diagnostics)
	}
	text, err := convert.Convert(value, cty.String)
	if err != nil {
		return fmt.Errorf("%s gives no text: %w", file, err)
	}
	if text.IsNull() {
		return fmt.Errorf("%s gives null", file)
	}
	_, err = io.WriteString(out, text.AsString())
	return err
}

func readVariables(in io.Reader) (map[string]cty.Value, error) {
	source, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	kind, err := ctyjson.ImpliedType(source)
	if err != nil {
		return nil, fmt.Errorf("the variables are no JSON: %w", err)
	}
	if !kind.IsObjectType() {
		return nil, fmt.Errorf("the variables are no JSON object")
	}
	value, err := ctyjson.Unmarshal(source, kind)
	if err != nil {
		return nil, fmt.Errorf("the variables cannot be read: %w", err)
	}
	for name := range value.AsValueMap() {
		if !hclsyntax.ValidIdentifier(name) {
			return nil, fmt.Errorf("%q is no name of a variable", name)
		}
	}
	return value.AsValueMap(), nil
}

func check(files []string) error {
	var faults []string
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if _, diagnostics := hclsyntax.ParseConfig(source, file, hcl.InitialPos); diagnostics.HasErrors() {
			faults = append(faults, all(diagnostics).Error())
		} else if formatted := hclwrite.Format(source); !bytes.Equal(formatted, source) {
			faults = append(faults, fmt.Sprintf("%s:%d: terraform fmt would change it", file, firstDifference(source, formatted)))
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return fmt.Errorf("%s", strings.Join(faults, "\n"))
}

func firstDifference(a, b []byte) int {
	others := bytes.Split(b, []byte("\n"))
	for at, line := range bytes.Split(a, []byte("\n")) {
		if at >= len(others) || !bytes.Equal(line, others[at]) {
			return at + 1
		}
	}
	return len(others)
}

// An error of all of them, because the one of hcl.Diagnostics has the first and the number of the rest.
func all(diagnostics hcl.Diagnostics) error {
	lines := make([]string, len(diagnostics))
	for at, each := range diagnostics {
		lines[at] = each.Error()
	}
	return fmt.Errorf("%s", strings.Join(lines, "\n"))
}
