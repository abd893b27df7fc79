type Attributes = Readonly<Record<string, string | number>>;

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign] ?? "&quot;");

/** A tenth of a pixel is not seen. */
const written = (value: string | number): string =>
  escaped(typeof value === "number" ? String(Math.round(value * 10) / 10) : value);

/** An element of SVG; its children are elements. */
export const tag = (name: string, attributes: Attributes, children: readonly string[] = []): string => {
  const head = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${written(value)}"`)].join(" ");
  return children.length === 0 ? `<${head}/>` : `<${head}>${children.join("")}</${name}>`;
};

export const text = (x: number, y: number, content: string, attributes: Attributes = {}): string =>
  tag("text", { x, y, ...attributes }, [escaped(content)]);

/** In lines of at most so many characters, unless a word alone has more. */
export const wrapped = (content: string, most: number): string[] => {
  const lines: string[] = [];
  for (const word of content.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= most) lines.splice(-1, 1, `${line} ${word}`);
    else lines.push(word);
  }
  return lines;
};
