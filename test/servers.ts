export { startCaddy } from "./servers/caddy.ts";
export { curl } from "./servers/curl.ts";
export { startNginx } from "./servers/nginx.ts";
export { inNetns, type Server, startServer } from "./servers/process.ts";
