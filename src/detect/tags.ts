/** What the texts of a request look like, one bit each; `tagger.ts` says which. A mask is the sum of some. */
export const TAG = {
  /** An attack's payload that nothing honest sends. */
  exploit: 1,
  /** Climbs out of its directory, to no file that is known. */
  traversal: 2,
  /** Asks for what is never meant to be served: keys, repositories, dumps. */
  sensitive: 4,
  /** An endpoint that vulnerable products have. */
  probe: 8,
  /** Where a host or a site is administered. */
  admin: 16,
  /** The doors of content management systems, which are open on honest sites as well. */
  cms: 32,
  /** SQL, as it is injected. */
  sql: 64,
  /** Script, as it is injected. */
  xss: 128,
  /** The name of a back door that others left behind. */
  shell: 256,
  /** Where passwords are posted to. */
  login: 512,
  /** A page's picture, style, script or font, or a download. */
  static: 1024,
  /** The agent says that it is a scanner. */
  scanner: 2048,
  /** The agent is a programming library that nobody gave a name. */
  library: 4096,
  /** The agent of malware. */
  badAgent: 8192,
  /** No agent, or an empty one. */
  noAgent: 16384,
  /** A path that the operator named. */
  custom: 32768,
  /** All that looks like a payload is the referrer's: it comes from a page of such an address. */
  referred: 65536,
  /** The agent says that it is a search engine's crawler whose names in DNS would prove it. */
  crawler: 131072,
} as const;

export type TagName = keyof typeof TAG;
