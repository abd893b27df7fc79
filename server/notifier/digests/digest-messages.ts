import type { Locale } from "../../../shared/locale.ts";

/** What digests say besides the players' own words, as ICU messages. `channel` is a guild's, a team's or a circle's name. */
export const DIGEST_MESSAGES = {
  unread: {
    "es-419": "{count, plural, one {# mensaje nuevo} other {# mensajes nuevos}}",
    "pt-BR": "{count, plural, one {# mensagem nova} other {# mensagens novas}}",
    en: "{count, plural, one {# new message} other {# new messages}}",
  },
  mentions: {
    "es-419": "{count, plural, one {# mención a ti} other {# menciones a ti}}",
    "pt-BR": "{count, plural, one {# menção a você} other {# menções a você}}",
    en: "{count, plural, one {# mention of you} other {# mentions of you}}",
  },
  replies: {
    "es-419": "{count, plural, one {# respuesta a ti} other {# respuestas a ti}}",
    "pt-BR": "{count, plural, one {# resposta a você} other {# respostas a você}}",
    en: "{count, plural, one {# reply to you} other {# replies to you}}",
  },
  war: {
    "es-419": "{count, plural, one {# novedad de guerra} other {# novedades de guerra}}",
    "pt-BR": "{count, plural, one {# novidade de guerra} other {# novidades de guerra}}",
    en: "{count, plural, one {# war update} other {# war updates}}",
  },
  announcements: {
    "es-419": "{count, plural, one {# anuncio} other {# anuncios}}",
    "pt-BR": "{count, plural, one {# anúncio} other {# anúncios}}",
    en: "{count, plural, one {# announcement} other {# announcements}}",
  },
  reactions: {
    "es-419": "{count, plural, one {# reacción a tus mensajes} other {# reacciones a tus mensajes}}",
    "pt-BR": "{count, plural, one {# reação às suas mensagens} other {# reações às suas mensagens}}",
    en: "{count, plural, one {# reaction to your messages} other {# reactions to your messages}}",
  },
  /** Title of a digest of several channels; `count`: how many besides the one named. */
  channels: {
    "es-419": "{count, plural, one {{channel} y # canal más} other {{channel} y # canales más}}",
    "pt-BR": "{count, plural, one {{channel} e mais # canal} other {{channel} e mais # canais}}",
    en: "{count, plural, one {{channel} and # other channel} other {{channel} and # other channels}}",
  },
  /** A line of a digest that tells of a channel how much is new in it. */
  ofChannel: { "es-419": "{channel}: {what}", "pt-BR": "{channel}: {what}", en: "{channel}: {what}" },
  otherChannels: {
    "es-419": "{count, plural, one {y # canal más} other {y # canales más}}",
    "pt-BR": "{count, plural, one {e mais # canal} other {e mais # canais}}",
    en: "{count, plural, one {and # other channel} other {and # other channels}}",
  },

  // The weekly digest of who leads a guild.
  week: { "es-419": "La semana de {channel}", "pt-BR": "A semana de {channel}", en: "{channel}: your week" },
  weekMembers: {
    "es-419":
      "{joined, plural, one {Entró # miembro} other {Entraron # miembros}}, {left, plural, one {salió #} other {salieron #}}",
    "pt-BR":
      "{joined, plural, one {Entrou # membro} other {Entraram # membros}}, {left, plural, one {saiu #} other {saíram #}}",
    en: "{joined, plural, one {# member joined} other {# members joined}}, {left, number} left",
  },
  weekMessages: {
    "es-419":
      "{count, plural, one {# mensaje} other {# mensajes}} de {active, plural, one {# activo} other {# activos}}",
    "pt-BR":
      "{count, plural, one {# mensagem} other {# mensagens}} de {active, plural, one {# ativo} other {# ativos}}",
    en: "{count, plural, one {# message} other {# messages}}, {active, number} active",
  },
  weekAgainst: {
    "es-419": "{text} ({difference, number, ::sign-exceptzero percent} frente a la semana anterior)",
    "pt-BR": "{text} ({difference, number, ::sign-exceptzero percent} frente à semana anterior)",
    en: "{text} ({difference, number, ::sign-exceptzero percent} against the week before)",
  },
  weekWars: {
    "es-419":
      "Guerras: {won, plural, one {# ganada} other {# ganadas}}, {lost, plural, one {# perdida} other {# perdidas}}{drawn, plural, =0 {} one {, # empatada} other {, # empatadas}}",
    "pt-BR":
      "Guerras: {won, plural, one {# vencida} other {# vencidas}}, {lost, plural, one {# perdida} other {# perdidas}}{drawn, plural, =0 {} one {, # empatada} other {, # empatadas}}",
    en: "Wars: {won, number} won, {lost, number} lost{drawn, plural, =0 {} other {, # drawn}}",
  },
  weekPoints: {
    "es-419": "{points, plural, one {# punto ganado} other {# puntos ganados}}",
    "pt-BR": "{points, plural, one {# ponto ganho} other {# pontos ganhos}}",
    en: "{points, plural, one {# point earned} other {# points earned}}",
  },
  weekRequests: {
    "es-419": "{count, plural, one {# solicitud espera respuesta} other {# solicitudes esperan respuesta}}",
    "pt-BR": "{count, plural, one {# pedido espera resposta} other {# pedidos esperam resposta}}",
    en: "{count, plural, one {# request waits for an answer} other {# requests wait for an answer}}",
  },
  weekLeaving: {
    "es-419": "{count, plural, one {# miembro está por dormirse} other {# miembros están por dormirse}}",
    "pt-BR": "{count, plural, one {# membro está quase dormindo} other {# membros estão quase dormindo}}",
    en: "{count, plural, one {# member is about to fall asleep} other {# members are about to fall asleep}}",
  },
} as const satisfies Record<string, Record<Locale, string>>;
