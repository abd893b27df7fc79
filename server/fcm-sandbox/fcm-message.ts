import { z } from "zod";
import {
  protoBool,
  protoDuration,
  protoEnum,
  protoFloat,
  protoInt32,
  protoMessage,
  protoString,
  protoStringMap,
  protoStruct,
  protoTimestamp,
} from "./proto-json.ts";

/** https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages, every field. */

const strings = z.array(protoString, "TYPE_STRING").optional();
const text = protoString.optional();
const flag = protoBool.optional();

const lightSettings = protoMessage({
  color: protoMessage({
    red: protoFloat.optional(),
    green: protoFloat.optional(),
    blue: protoFloat.optional(),
    alpha: protoFloat.optional(),
  }).optional(),
  light_on_duration: protoDuration.optional(),
  light_off_duration: protoDuration.optional(),
});

const androidNotification = protoMessage({
  title: text,
  body: text,
  icon: text,
  color: text,
  sound: text,
  tag: text,
  click_action: text,
  body_loc_key: text,
  body_loc_args: strings,
  title_loc_key: text,
  title_loc_args: strings,
  channel_id: text,
  ticker: text,
  sticky: flag,
  event_time: protoTimestamp.optional(),
  local_only: flag,
  notification_priority: protoEnum("AndroidNotification.NotificationPriority", [
    "PRIORITY_UNSPECIFIED",
    "PRIORITY_MIN",
    "PRIORITY_LOW",
    "PRIORITY_DEFAULT",
    "PRIORITY_HIGH",
    "PRIORITY_MAX",
  ]).optional(),
  default_sound: flag,
  default_vibrate_timings: flag,
  default_light_settings: flag,
  vibrate_timings: z.array(protoDuration, "type.googleapis.com/google.protobuf.Duration").optional(),
  visibility: protoEnum("AndroidNotification.Visibility", [
    "VISIBILITY_UNSPECIFIED",
    "PRIVATE",
    "PUBLIC",
    "SECRET",
  ]).optional(),
  notification_count: protoInt32.optional(),
  light_settings: lightSettings.optional(),
  image: text,
  bypass_proxy_notification: flag,
  proxy: protoEnum("AndroidNotification.Proxy", [
    "PROXY_UNSPECIFIED",
    "ALLOW",
    "DENY",
    "IF_PRIORITY_LOWERED",
  ]).optional(),
});

const labelled = protoMessage({ analytics_label: text });

const androidConfig = protoMessage({
  collapse_key: text,
  priority: protoEnum("AndroidMessagePriority", ["NORMAL", "HIGH"]).optional(),
  ttl: protoDuration.optional(),
  restricted_package_name: text,
  data: protoStringMap.optional(),
  notification: androidNotification.optional(),
  fcm_options: labelled.optional(),
  direct_boot_ok: flag,
  bandwidth_constrained_ok: flag,
  restricted_satellite_ok: flag,
});

const webpushConfig = protoMessage({
  headers: protoStringMap.optional(),
  data: protoStringMap.optional(),
  notification: protoStruct.optional(),
  fcm_options: protoMessage({ link: text, analytics_label: text }).optional(),
});

const apnsConfig = protoMessage({
  headers: protoStringMap.optional(),
  payload: protoStruct.optional(),
  fcm_options: protoMessage({ analytics_label: text, image: text }).optional(),
  live_activity_token: text,
});

export const TARGET_KINDS = ["token", "fid", "topic", "condition"] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

const message = protoMessage({
  name: text,
  data: protoStringMap.optional(),
  notification: protoMessage({ title: text, body: text, image: text }).optional(),
  android: androidConfig.optional(),
  webpush: webpushConfig.optional(),
  apns: apnsConfig.optional(),
  fcm_options: labelled.optional(),
  token: text,
  fid: text,
  topic: text,
  condition: text,
});

/** The body of `messages:send`. */
export const sendRequestSchema = protoMessage({ validate_only: flag, message: message.optional() });
export type FcmMessage = z.infer<typeof message>;
