import type { Note } from "./found.ts";
import { HaproxyReader, type ProxyConfig, type Target } from "./haproxy-config.ts";
import { streamNote } from "./logs.ts";
import { addOnce, type Outlets, type Written } from "./outlets.ts";
import { syslogFile } from "./rsyslog.ts";
import type { Search } from "./search.ts";

const CONFIG = "/etc/haproxy/haproxy.cfg";
/** What RHEL's unit reads besides. */
const MORE = "/etc/haproxy/conf.d/*.cfg";
/** Where the configuration of other syslog daemons, which is not read, puts them. */
const USUAL = "/var/log/haproxy.log";
/** `/dev/log`, `unix@...`, `127.0.0.1:514`, `udp@localhost`: the syslog of this host. */
const LOCAL = /^(?:(?:ipv[46]|udp[46]?|unix|abns)@)*(?:\/|127\.|localhost\b|\[?::1\b)/;

/** Adds the log into which syslog writes HAProxy's requests. Returns whether there is a configuration. */
export function searchHaproxy(search: Search): boolean {
  const text = search.files.read(CONFIG);
  if (text === undefined) return false;
  const reader = new HaproxyReader();
  reader.read({ path: CONFIG, text });
  for (const file of search.files.included(MORE, [CONFIG])) reader.read(file);
  const destinations = new Destinations(search);
  addOnce(
    reader.proxies.filter(({ http }) => http).map((proxy) => outletsOf(proxy, reader.global, destinations)),
    search,
  );
  return true;
}

function outletsOf(proxy: ProxyConfig, global: readonly Target[], destinations: Destinations): Outlets {
  const { from, layout, targets, usesGlobal } = proxy;
  const all = usesGlobal ? [...global, ...targets] : targets;
  const only = (note: Note): Outlets => ({ logs: [], notes: [note] });
  if (all.length === 0) {
    const remedy = "add `log global` to it, and `log /dev/log local0` to the global section";
    return only({ from, text: "this proxy logs no requests", remedy });
  }
  if (layout.kind === "none") {
    return only({ from, text: "this proxy logs connections, no requests", remedy: "add `option httplog`" });
  }
  if (layout.kind === "other") {
    const remedy = "use `option httplog`";
    return only({ from: layout.from, text: "requests are logged in a format of their own", remedy });
  }
  const ends = all.map((target) => destinations.of(target));
  return {
    logs: ends.flatMap((end) => ("path" in end ? [end] : [])),
    notes: ends.flatMap((end) => ("path" in end ? [] : [end])),
  };
}

/** Where messages end up, looked up once for each facility. */
class Destinations {
  readonly #search: Search;
  readonly #syslog = new Map<string, Written | Note>();

  constructor(search: Search) {
    this.#search = search;
  }

  of({ address, facility, from }: Target): Written | Note {
    if (/^(?:stdout|stderr|fd@)/.test(address)) return streamNote(from);
    if (!LOCAL.test(address)) {
      const remedy = "add `log /dev/log local0`";
      return { from, text: `requests go to ${address}, where they cannot be read`, remedy };
    }
    const known = this.#syslog.get(facility) ?? this.#lookUp(facility, from);
    this.#syslog.set(facility, known);
    return known;
  }

  #lookUp(facility: string, from: string): Written | Note {
    const file = syslogFile(this.#search, { program: "haproxy", facility });
    if (file?.chosen) return { path: file.path, format: "haproxy", from: file.from };
    if (this.#search.files.exists(USUAL)) return { path: USUAL, format: "haproxy", from };
    const remedy = `let rsyslog write ${facility}.* to ${USUAL}`;
    if (file === undefined) return { from, text: "syslog writes these requests to no file", remedy };
    this.#search.notes.add({ from, text: `requests stand among other messages in ${file.path}`, remedy });
    return { path: file.path, format: "haproxy", from: file.from };
  }
}
