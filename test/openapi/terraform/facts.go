package main

import (
	"encoding/json"
	"io"
	"os"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

type block struct {
	Type      string         `json:"type"`
	Labels    []string       `json:"labels"`
	File      string         `json:"file"`
	Line      int            `json:"line"`
	Arguments map[string]int `json:"arguments"`
	Blocks    []block        `json:"blocks"`
	// Where a module lies.
	Source string `json:"source,omitempty"`
}

// What an expression reads: the names of a path, without the keys of its indexes.
type reference struct {
	Path []string `json:"path"`
	File string   `json:"file"`
	Line int      `json:"line"`
}

// The blocks of files with the lines of their arguments, and whatever their expressions read.
func writeFacts(files []string, out io.Writer) error {
	facts := struct {
		Blocks     []block     `json:"blocks"`
		References []reference `json:"references"`
	}{[]block{}, []reference{}}
	bodies, err := parse(files)
	if err != nil {
		return err
	}
	for _, body := range bodies {
		facts.Blocks = append(facts.Blocks, blocksOf(body)...)
		reader := &reader{names: map[string][]string{}}
		hclsyntax.Walk(body, reader)
		facts.References = append(facts.References, reader.references...)
	}
	return json.NewEncoder(out).Encode(facts)
}

func parse(files []string) ([]*hclsyntax.Body, error) {
	bodies := make([]*hclsyntax.Body, len(files))
	for at, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		parsed, diagnostics := hclsyntax.ParseConfig(source, file, hcl.InitialPos)
		if diagnostics.HasErrors() {
			return nil, all(diagnostics)
		}
		bodies[at] = parsed.Body.(*hclsyntax.Body)
	}
	return bodies, nil
}

func blocksOf(body *hclsyntax.Body) []block {
	blocks := []block{}
	for _, each := range body.Blocks {
		arguments := map[string]int{}
		for name, attribute := range each.Body.Attributes {
			arguments[name] = attribute.SrcRange.Start.Line
		}
		at := each.TypeRange
		labels := append([]string{}, each.Labels...)
		blocks = append(blocks, block{each.Type, labels, at.Filename, at.Start.Line, arguments, blocksOf(each.Body), sourceOf(each)})
	}
	return blocks
}

func sourceOf(each *hclsyntax.Block) string {
	attribute, found := each.Body.Attributes["source"]
	if each.Type != "module" || !found {
		return ""
	}
	value, diagnostics := attribute.Expr.Value(nil)
	if diagnostics.HasErrors() {
		return ""
	}
	return value.AsString()
}

type reader struct {
	references []reference
	// Names that an expression or a dynamic block has made: what they stand for, or nil where that is not known.
	names map[string][]string
	// string is no reference in a variable's type.
	isVariable, isType bool
}

func (r *reader) Enter(node hclsyntax.Node) hcl.Diagnostics {
	switch each := node.(type) {
	case *hclsyntax.Attribute:
		r.isType = r.isVariable && each.Name == "type"
	case *hclsyntax.Block:
		r.isVariable = each.Type == "variable"
		if each.Type == "dynamic" {
			r.names[each.Labels[0]] = nil
		}
	case *hclsyntax.ForExpr:
		r.names[each.KeyVar] = nil
		r.names[each.ValVar] = nil
		if path, is := r.path(each.CollExpr); is {
			r.names[each.ValVar] = path
		}
	}
	if expression, is := node.(hclsyntax.Expression); is && !r.isType {
		if path, is := r.path(expression); is && len(path) > 0 {
			at := expression.Range()
			r.references = append(r.references, reference{path, at.Filename, at.Start.Line})
		}
	}
	return nil
}

func (r *reader) Exit(node hclsyntax.Node) hcl.Diagnostics {
	switch each := node.(type) {
	case *hclsyntax.Attribute:
		r.isType = false
	case *hclsyntax.Block:
		if each.Type == "dynamic" {
			delete(r.names, each.Labels[0])
		}
	case *hclsyntax.ForExpr:
		delete(r.names, each.KeyVar)
		delete(r.names, each.ValVar)
	}
	return nil
}

func (r *reader) path(expression hclsyntax.Expression) ([]string, bool) {
	switch each := expression.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		path := []string{each.Traversal.RootName()}
		if known, is := r.names[path[0]]; is {
			if known == nil {
				return nil, false
			}
			path = known
		}
		return attributes(path, each.Traversal[1:]), true
	case *hclsyntax.RelativeTraversalExpr:
		path, is := r.path(each.Source)
		return attributes(path, each.Traversal), is
	case *hclsyntax.IndexExpr:
		return r.path(each.Collection)
	case *hclsyntax.ParenthesesExpr:
		return r.path(each.Expression)
	case *hclsyntax.SplatExpr:
		path, is := r.path(each.Source)
		if last, isPath := each.Each.(*hclsyntax.RelativeTraversalExpr); isPath {
			path = attributes(path, last.Traversal)
		}
		return path, is
	}
	return nil, false
}

func attributes(path []string, traversal hcl.Traversal) []string {
	path = append([]string{}, path...)
	for _, step := range traversal {
		if attribute, is := step.(hcl.TraverseAttr); is {
			path = append(path, attribute.Name)
		}
	}
	return path
}
