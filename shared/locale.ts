import * as z from "zod";

/** The languages every text of Gremio exists in, from the first day. */
export const LOCALES = ["es-419", "pt-BR", "en"] as const;
export const localeSchema = z.enum(LOCALES);
export type Locale = z.infer<typeof localeSchema>;

/** The nearest of our languages for a BCP 47 tag; Spanish when the tag says nothing we know, since most of our players speak it. */
export const nearestLocale = (tag: string | undefined): Locale => {
  const language = tag?.toLowerCase().split(/[-_]/)[0];
  if (language === "pt") return "pt-BR";
  return language === "en" ? "en" : "es-419";
};
