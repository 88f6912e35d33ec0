// For asc (asconfig.json, "transform"): calls of functions whose comment ends with the tag @inline are replaced by their
// bodies. AssemblyScript's own way to say so, a decorator on a function, is not TypeScript.
import { Node, NodeKind } from "assemblyscript";
import { Transform } from "assemblyscript/transform";

const TAGGED = /@inline\s*\*\/\s*(export\s+)?$/;

export default class Inline extends Transform {
  afterParse(parser) {
    for (const { text, statements } of parser.sources) {
      for (const statement of statements) {
        if (statement.kind !== NodeKind.FunctionDeclaration || !TAGGED.test(text.slice(0, statement.range.start)))
          continue;
        const name = Node.createIdentifierExpression("inline", statement.range);
        statement.decorators = [Node.createDecorator(name, null, statement.range)];
      }
    }
  }
}
