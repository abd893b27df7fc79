import type { Speak } from "../../shared/api/message.ts";
import type { EntryBody } from "../../shared/entry.ts";
import { GremioError } from "../../shared/errors.ts";
import { isTemplateId, templateParams } from "../../shared/template.ts";
import { cleanText } from "../../shared/text.ts";

/** The body of a news entry. Throws `text-empty`, `text-too-long`, `template-unknown`, and `bad-request` when the params are not those of the template. */
export const newsBody = ({ text, template, params = {} }: Omit<Speak, "nonce">): EntryBody<"news"> => {
  if (template === undefined) return cleanText(text ?? "");
  if (!isTemplateId(template)) throw new GremioError("template-unknown");
  const needed = templateParams(template);
  const details = [
    ...needed.filter((name) => !Object.hasOwn(params, name)).map((name) => `params.${name}: missing`),
    ...Object.keys(params).flatMap((name) =>
      needed.includes(name) ? [] : [`params.${name}: not one of the template's`],
    ),
  ];
  if (details.length > 0) throw new GremioError("bad-request", { details });
  return {
    template,
    params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, cleanText(value)])),
  };
};
