/** What a member needs to set up a phone app. Every text holds the secret: it is shown once and never logged. */
export type ClientSetup = {
  /** The server address, for typing or pasting it in. */
  readonly url: string;
  /** Opens the app and configures it, where the app can be configured by a link. */
  readonly setupLink: string | null;
  /** For a QR code that the app itself scans, or the camera where the app has no scanner; null where neither works. */
  readonly qrText: string | null;
  readonly file: { readonly name: string; readonly contentType: string; readonly text: string } | null;
  readonly steps: readonly string[];
};

export type SetupInput = {
  /** Where the phone reaches Muster, such as `https://muster.example.org`; a path is kept. */
  readonly baseUrl: string;
  readonly deviceId: string;
  readonly secret: string;
};

function clientUrl(client: string, { baseUrl, secret }: SetupInput): string {
  return `${baseUrl.replace(/\/+$/, '')}/clients/${client}/${encodeURIComponent(secret)}`;
}

/** OwnTracks imports a configuration given in base64 in `owntracks:///config?inline=`. Mode 3 is HTTP. */
export function setUpOwnTracks(input: SetupInput): ClientSetup {
  const url = clientUrl('owntracks', input);
  const configuration = {
    _type: 'configuration',
    mode: 3,
    url,
    auth: true,
    username: input.deviceId,
    password: input.secret,
    deviceId: input.deviceId,
    tid: input.deviceId.slice(-2),
    monitoring: 1,
    locatorInterval: 60,
    locatorDisplacement: 50,
    extendedData: true,
    cmd: false,
    remoteConfiguration: false,
  };
  const inline = Buffer.from(JSON.stringify(configuration), 'utf8').toString('base64');
  const setupLink = `owntracks:///config?inline=${encodeURIComponent(inline)}`;
  return {
    url,
    setupLink,
    qrText: setupLink,
    file: { name: 'muster.otrc', contentType: 'application/json', text: `${JSON.stringify(configuration, null, 2)}\n` },
    steps: [
      'Install OwnTracks from the app store of the phone.',
      'Open the link on the phone, or scan the code with its camera, and accept the configuration.',
      'Allow the location "always", with precise location.',
      'In the app, choose "Significant" for every day, or "Move" for a denser track and more battery.',
    ],
  };
}

/** Traccar Client scans a code with the server's address and its settings in the query; or opens it as its own link. */
export function setUpTraccar(input: SetupInput): ClientSetup {
  const url = clientUrl('traccar', input);
  const settings = { id: input.deviceId, accuracy: 'high', interval: '60', distance: '30', buffer: 'true' };
  return {
    url,
    setupLink: `org.traccar.client://config?${new URLSearchParams({ url, ...settings }).toString()}`,
    qrText: `${url}?${new URLSearchParams(settings).toString()}`,
    file: null,
    steps: [
      'Install Traccar Client from the app store of the phone.',
      'In its settings, scan the code; or type the server address and the device identifier by hand.',
      `The device identifier is ${input.deviceId}.`,
      'Allow the location "all the time", and switch the service on.',
    ],
  };
}

/** Overland takes address, access token and device in one link. */
export function setUpOverland(input: SetupInput): ClientSetup {
  const url = clientUrl('overland', input);
  const query = new URLSearchParams({ url, token: input.secret, device_id: input.deviceId });
  const setupLink = `overland://setup?${query.toString().replaceAll('+', '%20')}`;
  return {
    url,
    setupLink,
    qrText: setupLink,
    file: null,
    steps: [
      'Install Overland from the app store of the phone.',
      'Open the link on the phone, or scan the code with its camera.',
      'Allow the location "always", and switch tracking on.',
      'Leave the setting that takes any answer for success switched off: nothing is lost then when Muster is busy.',
    ],
  };
}

/** GPSLogger is given a URL with `%ALL`, which it replaces by all it knows; or a profile that says the same. */
export function setUpGpsLogger(input: SetupInput): ClientSetup {
  const address = clientUrl('gpslogger', input);
  const profile = {
    current_profile_name: 'Muster',
    log_customurl_enabled: 'true',
    log_customurl_url: address,
    log_customurl_method: 'POST',
    log_customurl_body: '%ALL',
    log_customurl_headers: 'Content-Type: application/x-www-form-urlencoded',
    log_customurl_discard_offline_locations_enabled: 'false',
    time_before_logging: '60',
    accuracy_before_logging: '100',
  };
  return {
    url: `${address}?%ALL`,
    setupLink: null,
    qrText: `${address}?%ALL`,
    file: { name: 'Muster.properties', contentType: 'text/x-java-properties', text: propertiesText(profile) },
    steps: [
      'Install GPSLogger from F-Droid.',
      'Under "Logging details", switch on "Log to custom URL" and paste the address; or import the profile file.',
      'Allow the location "all the time", and leave the app out of battery optimization.',
      'Press "Start logging" when you come and "Stop logging" when you go.',
    ],
  };
}

/** Java's properties format: backslashes and non-ASCII characters escaped. */
function propertiesText(values: Readonly<Record<string, string>>): string {
  const escaped = (value: string) =>
    value
      .replaceAll('\\', '\\\\')
      .replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return Object.entries(values)
    .map(([name, value]) => `${name}=${escaped(value)}\n`)
    .join('');
}
