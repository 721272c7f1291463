/** Text that is HTML already. */
export class Html {
  constructor(readonly text: string) {}
}

type Value = string | number | Html | Html[];

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Makes HTML of a template: whatever stands in it is escaped, unless it was made here as well. */
export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(toHtml)));
}

function toHtml(value: Value): string {
  if (Array.isArray(value)) return value.map(toHtml).join("");
  return value instanceof Html ? value.text : String(value).replace(/[&<>"']/g, (each) => ENTITIES[each]!);
}
