import { readFileSync } from "node:fs";
import ts from "typescript";

/** What an interface declares: its own members, each with the `@default` of its docstring, if it has one. */
export function documented(path: string, name: string): Map<string, string | undefined> {
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const found = source.statements.find(
    (each): each is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(each) && each.name.text === name,
  );
  if (found === undefined) throw new Error(`${path} declares no interface ${name}`);
  return new Map(found.members.map((member) => [member.name?.getText() ?? "", defaultOf(member)]));
}

function defaultOf(member: ts.Node): string | undefined {
  const tag = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === "default");
  return ts.getTextOfJSDocComment(tag?.comment);
}
