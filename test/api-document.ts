import { Ajv2020 } from "ajv/dist/2020.js";
import { z } from "zod";
import type { Answer } from "./an-api.ts";

const responseSchema = z.object({
  content: z.record(z.string(), z.object({ schema: z.looseObject({}) })).optional(),
});
const operationSchema = z.object({
  operationId: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  responses: z.record(z.string(), responseSchema),
});
const documentSchema = z.looseObject({
  openapi: z.literal("3.1.0"),
  components: z.object({ securitySchemes: z.record(z.string(), z.looseObject({})) }),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
});

const codesSchema = z.object({
  properties: z.object({
    error: z.object({ properties: z.object({ code: z.object({ enum: z.array(z.string()) }) }) }),
  }),
});

export type Documented = { id: string; method: string; path: string; security: string[]; outcomes: string[] };

/** The served document: its operations with all they can answer (`success` or an error's code), and a judge of answers. */
export const readDocument = (served: unknown) => {
  const document = documentSchema.parse(served);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(document, "document");
  const operations: Documented[] = [];
  for (const [path, methods] of Object.entries(document.paths))
    for (const [method, { operationId, security, responses }] of Object.entries(methods)) {
      const outcomes = Object.entries(responses).flatMap(([status, response]) =>
        Number(status) < 300
          ? ["success"]
          : codesSchema.parse(response.content?.["application/json"]?.schema).properties.error.properties.code.enum,
      );
      operations.push({ id: operationId, method, path, security: security.flatMap(Object.keys), outcomes });
    }

  /** What is wrong with an answer by the document; undefined when nothing is. */
  const judge = (id: string, answer: Answer): string | undefined => {
    const operation = operations.find((one) => one.id === id);
    if (operation === undefined) return `no operation ${id}`;
    const response = document.paths[operation.path]?.[operation.method]?.responses[answer.status];
    if (response === undefined) return `${id} does not document ${answer.status}: ${answer.text}`;
    if (response.content === undefined)
      return answer.text === "" ? undefined : `${id} ${answer.status} should have no body`;
    const pointer = [
      "paths",
      operation.path,
      operation.method,
      "responses",
      String(answer.status),
      "content",
      "application/json",
      "schema",
    ];
    const escaped = pointer.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")));
    const validate = ajv.compile({ $ref: `document#/${escaped.join("/")}` });
    return validate(answer.body)
      ? undefined
      : `${id} ${answer.status}: ${ajv.errorsText(validate.errors)} in ${answer.text}`;
  };
  return { operations, judge };
};
export type Document = ReturnType<typeof readDocument>;
