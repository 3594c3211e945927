package main

import (
	"encoding/json"
	"io"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// Those of Terraform's functions that come with its language's library.
var functions = map[string]function.Function{
	"can":        tryfunc.CanFunc,
	"concat":     stdlib.ConcatFunc,
	"join":       stdlib.JoinFunc,
	"jsonencode": stdlib.JSONEncodeFunc,
	"lookup":     stdlib.LookupFunc,
	"merge":      stdlib.MergeFunc,
	"regexall":   stdlib.RegexAllFunc,
	"try":        tryfunc.TryFunc,
}

// What is known before anything is made: the locals and the arguments of files, with variables and locals that
// are given as JSON on stdin. Whatever depends on something else is left out.
func writeValues(files []string, in io.Reader, out io.Writer) error {
	given, err := readVariables(in)
	if err != nil {
		return err
	}
	expressions := map[string]hcl.Expression{}
	bodies, err := parse(files)
	if err != nil {
		return err
	}
	for _, body := range bodies {
		for _, each := range body.Blocks {
			if each.Type != "locals" {
				continue
			}
			for name, attribute := range each.Body.Attributes {
				expressions[name] = attribute.Expr
			}
		}
	}
	locals := map[string]cty.Value{}
	if value, found := given["local"]; found {
		locals = value.AsValueMap()
	}
	context := &hcl.EvalContext{Functions: functions, Variables: map[string]cty.Value{"data": cty.DynamicVal}}
	for name, value := range standIns(bodies) {
		context.Variables[name] = value
	}
	// One may be made of another, in any order.
	for range expressions {
		setLocals(context, given, locals)
		for name, expression := range expressions {
			if _, found := locals[name]; !found {
				if value, ok := valueOf(expression, context); ok {
					locals[name] = value
				}
			}
		}
	}
	setLocals(context, given, locals)
	resources := map[string]map[string]interface{}{}
	for _, body := range bodies {
		for _, each := range body.Blocks {
			if each.Type == "resource" {
				resources[each.Labels[0]+"."+each.Labels[1]] = argumentsOf(each.Body, context)
			}
		}
	}
	plain := map[string]interface{}{}
	for name, value := range locals {
		plain[name] = known(value)
	}
	return json.NewEncoder(out).Encode(map[string]interface{}{"locals": plain, "resources": resources})
}

// For what an attribute of a resource will be, where a text can stand in for it: its address. Else nothing is known.
func standIns(bodies []*hclsyntax.Body) map[string]cty.Value {
	types := map[string]map[string]map[string]cty.Value{}
	for _, body := range bodies {
		for _, each := range body.Blocks {
			if each.Type == "resource" {
				if types[each.Labels[0]] == nil {
					types[each.Labels[0]] = map[string]map[string]cty.Value{}
				}
				types[each.Labels[0]][each.Labels[1]] = map[string]cty.Value{}
			}
		}
	}
	for _, body := range bodies {
		for _, traversal := range readsOf(body) {
			if len(traversal) < 3 || types[traversal.RootName()] == nil {
				continue
			}
			name, isName := traversal[1].(hcl.TraverseAttr)
			attribute, isAttribute := traversal[2].(hcl.TraverseAttr)
			if isName && isAttribute && types[traversal.RootName()][name.Name] != nil {
				address := traversal.RootName() + "." + name.Name + "." + attribute.Name
				types[traversal.RootName()][name.Name][attribute.Name] = cty.StringVal(address)
			}
		}
	}
	values := map[string]cty.Value{}
	for kind, names := range types {
		resources := map[string]cty.Value{}
		for name, attributes := range names {
			resources[name] = cty.DynamicVal
			if len(attributes) > 0 {
				resources[name] = cty.ObjectVal(attributes)
			}
		}
		values[kind] = cty.ObjectVal(resources)
	}
	return values
}

func readsOf(body *hclsyntax.Body) []hcl.Traversal {
	var reads []hcl.Traversal
	for _, attribute := range body.Attributes {
		reads = append(reads, attribute.Expr.Variables()...)
	}
	for _, each := range body.Blocks {
		reads = append(reads, readsOf(each.Body)...)
	}
	return reads
}

func setLocals(context *hcl.EvalContext, given, locals map[string]cty.Value) {
	context.Variables["local"] = cty.ObjectVal(locals)
	context.Variables["var"] = given["var"]
}

func argumentsOf(body *hclsyntax.Body, context *hcl.EvalContext) map[string]interface{} {
	arguments := map[string]interface{}{}
	for name, attribute := range body.Attributes {
		if value, ok := valueOf(attribute.Expr, context); ok {
			arguments[name] = known(value)
		}
	}
	for _, each := range body.Blocks {
		arguments[each.Type] = argumentsOf(each.Body, context)
	}
	return arguments
}

// With null for what only a deployment knows, such as an ARN.
func known(value cty.Value) interface{} {
	plain, err := cty.Transform(value, func(_ cty.Path, each cty.Value) (cty.Value, error) {
		if each.IsKnown() {
			return each, nil
		}
		return cty.NullVal(cty.DynamicPseudoType), nil
	})
	if err != nil {
		return nil
	}
	return ctyjson.SimpleJSONValue{Value: plain}
}

func valueOf(expression hcl.Expression, context *hcl.EvalContext) (cty.Value, bool) {
	value, diagnostics := expression.Value(context)
	return value, !diagnostics.HasErrors() && value.IsKnown()
}
