import type { Locale } from "../shared/locale.ts";

type WhyPhrases = {
  why: string;
  nothing: string;
  outcomes: Readonly<Record<"now" | "later" | "digest" | "drop", string>>;
  until(time: string): string;
  digest: string;
  notice: string;
  inputs: string;
  again(same: boolean): string;
  sent: string;
  received: string;
  opened: string;
  notYet: string;
};

/** What the page says of why somebody was told, or not; the reasons themselves come in words. */
export const WHY_PHRASES: Readonly<Record<Locale, WhyPhrases>> = {
  "es-419": {
    why: "¿Por qué?",
    nothing: "Todavía no se decidió nada sobre él.",
    outcomes: { now: "Avisado", later: "Más tarde", digest: "Al resumen", drop: "Sin aviso" },
    until: (time) => `hasta las ${time}`,
    digest: "resumen",
    notice: "aviso",
    inputs: "Lo que se sabía",
    again: (same) => (same ? "De nuevo lo mismo: sí" : "De nuevo lo mismo: no"),
    sent: "Enviado",
    received: "recibido",
    opened: "abierto",
    notYet: "aún no",
  },
  "pt-BR": {
    why: "Por quê?",
    nothing: "Ainda não se decidiu nada sobre ele.",
    outcomes: { now: "Avisado", later: "Mais tarde", digest: "No resumo", drop: "Sem aviso" },
    until: (time) => `até ${time}`,
    digest: "resumo",
    notice: "aviso",
    inputs: "O que se sabia",
    again: (same) => (same ? "De novo o mesmo: sim" : "De novo o mesmo: não"),
    sent: "Enviado",
    received: "recebido",
    opened: "aberto",
    notYet: "ainda não",
  },
  en: {
    why: "Why?",
    nothing: "Nothing was decided about him yet.",
    outcomes: { now: "Told", later: "Later", digest: "Into the digest", drop: "Not told" },
    until: (time) => `until ${time}`,
    digest: "digest",
    notice: "notice",
    inputs: "What was known",
    again: (same) => (same ? "Same again: yes" : "Same again: no"),
    sent: "Sent",
    received: "received",
    opened: "opened",
    notYet: "not yet",
  },
};
