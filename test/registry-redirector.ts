/**
 * Run by registry-redirects.test.ts in a network and mount namespace of its own, where names lead to public and private addresses
 * of the loopback interface: asks a server of the operator's, which redirects to each of the URLs given, and prints what came of it.
 */
import { readFileSync } from "node:fs";
import { createPoliteness } from "../src/enrich/politeness.ts";
import { registryFetch } from "../src/enrich/registry-fetch.ts";
import { messageOf } from "../src/model/message-of.ts";

const [key = "", cert = "", ...urls] = process.argv.slice(2);
const reached: string[] = [];

function answer(hostname: string): (request: Request) => Response {
  return (request) => {
    reached.push(hostname);
    return Response.json({ host: request.headers.get("host"), at: hostname });
  };
}

const tls = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
for (const hostname of ["93.184.216.34", "10.1.2.3"]) {
  Bun.serve({ hostname, port: 443, tls, fetch: answer(hostname) });
  Bun.serve({ hostname, port: 80, fetch: answer(hostname) });
}
const operator = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: ({ url }) => Response.redirect(urls[Number(new URL(url).pathname.slice(1))] ?? "", 302),
});
const ask = registryFetch({
  politeness: createPoliteness(Date.now, 0),
  trusts: (host) =>
    host === `127.0.0.1:${operator.port}` ? "operator" : host.startsWith("listed.") ? "list" : undefined,
  inside: false,
});
for (const [i, url] of urls.entries()) {
  const signal = AbortSignal.timeout(5_000);
  const from = new URL(`http://127.0.0.1:${operator.port}/${i}`);
  const came = await ask(from, { signal, urgent: true }).catch((error: unknown) => messageOf(error));
  process.stdout.write(`${JSON.stringify({ url, came, reached: reached.splice(0) })}\n`);
}
process.exit(0);
