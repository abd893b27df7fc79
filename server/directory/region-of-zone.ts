/** IANA time zones of the countries most of our players live in, without `America/`, under the names phones and browsers give. */
const ZONES = {
  AR: "Argentina/La_Rioja Argentina/Rio_Gallegos Argentina/Salta Argentina/San_Juan Argentina/San_Luis Argentina/Tucuman Argentina/Ushuaia Buenos_Aires Catamarca Cordoba Jujuy Mendoza",
  BO: "La_Paz",
  BR: "Araguaina Bahia Belem Boa_Vista Campo_Grande Cuiaba Eirunepe Fortaleza Maceio Manaus Noronha Porto_Velho Recife Rio_Branco Santarem Sao_Paulo",
  CA: "Blanc-Sablon Cambridge_Bay Coral_Harbour Creston Dawson Dawson_Creek Edmonton Fort_Nelson Glace_Bay Goose_Bay Halifax Inuvik Iqaluit Moncton Rankin_Inlet Regina Resolute St_Johns Swift_Current Toronto Vancouver Whitehorse Winnipeg",
  CL: "Coyhaique Punta_Arenas Santiago Pacific/Easter",
  CO: "Bogota",
  CR: "Costa_Rica",
  CU: "Havana",
  DO: "Santo_Domingo",
  EC: "Guayaquil",
  ES: "Africa/Ceuta Atlantic/Canary Europe/Madrid",
  GT: "Guatemala",
  HN: "Tegucigalpa",
  MX: "Bahia_Banderas Cancun Chihuahua Ciudad_Juarez Hermosillo Matamoros Mazatlan Merida Mexico_City Monterrey Ojinaga Tijuana",
  NI: "Managua",
  PA: "Panama",
  PE: "Lima",
  PR: "Puerto_Rico",
  PT: "Atlantic/Azores Atlantic/Madeira Europe/Lisbon",
  PY: "Asuncion",
  SV: "El_Salvador",
  US: "Adak Anchorage Boise Chicago Denver Detroit Indiana/Knox Indiana/Marengo Indiana/Petersburg Indiana/Tell_City Indiana/Vevay Indiana/Vincennes Indiana/Winamac Indianapolis Juneau Kentucky/Monticello Los_Angeles Louisville Menominee Metlakatla New_York Nome North_Dakota/Beulah North_Dakota/Center North_Dakota/New_Salem Phoenix Sitka Yakutat",
  UY: "Montevideo",
  VE: "Caracas",
} as const;

/** Second names of some zones. */
const OTHERS = {
  AR: "Argentina/Buenos_Aires Argentina/Cordoba",
  US: "Indiana/Indianapolis Kentucky/Louisville",
} as const;

const regions = new Map(
  [ZONES, OTHERS].flatMap((names) =>
    Object.entries(names).flatMap(([region, line]) => line.split(" ").map((zone) => [zone, region] as const)),
  ),
);

/** The country whose clocks go by an IANA time zone; undefined for those far from most of our players. */
export const regionOfZone = (zone: string): string | undefined => regions.get(zone.replace(/^America\//, ""));
