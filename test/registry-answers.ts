/** What the five registries answer, in their own shapes: RDAP (RFC 9083, vCards of RFC 7095) and whois (RFC 3912). */

type Json = Readonly<Record<string, unknown>>;

function card(...properties: readonly (readonly unknown[])[]): unknown {
  return ["vcard", [["version", {}, "text", "4.0"], ...properties]];
}

function named(name: string): readonly unknown[] {
  return ["fn", {}, "text", name];
}

function kind(what: string): readonly unknown[] {
  return ["kind", {}, "text", what];
}

function mail(text: string, type?: unknown): readonly unknown[] {
  return ["email", type === undefined ? {} : { type }, "text", text];
}

/** ARIN: the contacts lie within the registrant, the country in the label of its address alone. */
export const ARIN: Json = {
  rdapConformance: ["nro_rdap_profile_0", "rdap_level_0", "cidr0"],
  objectClassName: "ip network",
  handle: "NET-8-8-8-0-2",
  startAddress: "8.8.8.0",
  endAddress: "8.8.8.255",
  ipVersion: "v4",
  name: "GOGL",
  type: "DIRECT ALLOCATION",
  parentHandle: "NET-8-0-0-0-0",
  cidr0_cidrs: [{ v4prefix: "8.8.8.0", length: 24 }],
  notices: [{ title: "Terms of Service", description: ["mail notices@arin.example about abuse"] }],
  entities: [
    {
      objectClassName: "entity",
      handle: "GOGL",
      roles: ["registrant"],
      vcardArray: card(
        named("Google LLC"),
        [
          "adr",
          { label: "1600 Amphitheatre Parkway\nMountain View\nUnited States" },
          "text",
          ["", "", "", "", "", "", ""],
        ],
        kind("org"),
      ),
      entities: [
        {
          objectClassName: "entity",
          handle: "ZG39-ARIN",
          roles: ["technical", "administrative"],
          vcardArray: card(named("Google LLC"), kind("group"), mail("arin-contact@google.com")),
        },
        {
          objectClassName: "entity",
          handle: "ABUSE5250-ARIN",
          roles: ["abuse"],
          vcardArray: card(
            named("Abuse"),
            ["org", {}, "text", "Abuse"],
            kind("group"),
            mail("network-abuse@google.com"),
          ),
        },
      ],
    },
  ],
};

/** RIPE: maintainers are registrants, too, and the abuse contact lies on the outside. */
export const RIPE: Json = {
  objectClassName: "ip network",
  handle: "193.0.0.0 - 193.0.7.255",
  startAddress: "193.0.0.0",
  endAddress: "193.0.7.255",
  ipVersion: "v4",
  name: "RIPE-NCC",
  type: "ASSIGNED PA",
  country: "NL",
  cidr0_cidrs: [{ v4prefix: "193.0.0.0", length: 21 }],
  remarks: [{ description: ["RIPE Network Coordination Centre", "Amsterdam, Netherlands"] }],
  entities: [
    {
      handle: "RIPE-NCC-MNT",
      roles: ["registrant"],
      vcardArray: card(named("RIPE-NCC-MNT"), kind("individual")),
    },
    {
      handle: "ORG-RIEN1-RIPE",
      roles: ["registrant"],
      vcardArray: card(
        named("Reseaux IP Europeens Network Coordination Centre (RIPE NCC)"),
        kind("org"),
        mail("ncc@ripe.net"),
      ),
    },
    {
      handle: "OPS4-RIPE",
      roles: ["abuse"],
      vcardArray: card(named("Abuse-C Role"), kind("group"), mail("hostmaster@ripe.net"), [
        "email",
        { type: ["work", "abuse"] },
        "text",
        "abuse@ripe.net",
      ]),
    },
  ],
};

/** APNIC: no registrant but a description, and the incident response team. */
export const APNIC: Json = {
  objectClassName: "ip network",
  handle: "1.1.1.0 - 1.1.1.255",
  startAddress: "1.1.1.0",
  endAddress: "1.1.1.255",
  ipVersion: "v4",
  name: "APNIC-LABS",
  type: "ASSIGNED PORTABLE",
  country: "AU",
  cidr0_cidrs: [{ v4prefix: "1.1.1.0", length: 24 }],
  remarks: [
    { title: "remarks", description: ["-----------------"] },
    { title: "description", description: ["APNIC and Cloudflare DNS Resolver project"] },
  ],
  entities: [
    {
      handle: "IRT-APNICRANDNET-AU",
      roles: ["abuse"],
      vcardArray: card(
        named("IRT-APNICRANDNET-AU"),
        kind("group"),
        mail("helpdesk@apnic.net"),
        mail("helpdesk@apnic.net", "pref"),
      ),
    },
    {
      handle: "AIC3-AP",
      roles: ["administrative", "technical"],
      vcardArray: card(
        named("APNICRANDNET Infrastructure Contact"),
        kind("group"),
        mail("research@apnic.net"),
      ),
    },
  ],
};

/** LACNIC: the abuse contact is a person with that role, within the registrant or beside it. */
export const LACNIC: Json = {
  objectClassName: "ip network",
  handle: "200.160.0.0/20",
  startAddress: "200.160.0.0",
  endAddress: "200.160.15.255",
  ipVersion: "v4",
  name: "",
  country: "BR",
  cidr0_cidrs: [{ v4prefix: "200.160.0.0", length: 20 }],
  entities: [
    {
      handle: "05506560000136",
      roles: ["registrant"],
      vcardArray: card(
        ["fn", { lang: "pt" }, "text", "Núcleo de Inf. e Coord. do Ponto BR - NIC.BR"],
        kind("org"),
      ),
      entities: [
        {
          handle: "FAN",
          roles: ["abuse", "technical"],
          vcardArray: card(kind("individual"), named("Frederico Neves"), mail("cert@cert.br", ["work"])),
        },
      ],
    },
  ],
};

/** AFRINIC: one of IPv6, whose range is not written as a prefix, and abuse only in a contact's name. */
export const AFRINIC: Json = {
  objectClassName: "ip network",
  handle: "2001:4290::/32",
  startAddress: "2001:4290::",
  endAddress: "2001:4290:ffff:ffff:ffff:ffff:ffff:ffff",
  ipVersion: "v6",
  name: "AFRINIC-IPv6",
  country: "ZA",
  remarks: [{ title: "descr", description: ["Example Carrier"] }],
  entities: [
    {
      handle: "ABUSE-GENERIC-AFRINIC",
      vcardArray: card(named("Abuse desk"), kind("group"), mail("mailto:noc@carrier.example.za")),
    },
    {
      handle: "ORG-EC1-AFRINIC",
      roles: ["registrant"],
      vcardArray: card(named("Example Carrier (Pty) Ltd"), kind("org"), mail("info@carrier.example.za")),
    },
  ],
};

export const IANA_WHOIS = (refer: string): string => `% IANA WHOIS server
% for more information on IANA, visit http://www.iana.org
% This query returned 1 object

refer:        ${refer}

inetnum:      8.0.0.0 - 8.255.255.255
organisation: Administered by ARIN
status:       LEGACY

whois:        ${refer}

changed:      1992-12
source:       IANA
`;

export const ARIN_WHOIS = `
#
# ARIN WHOIS data and services are subject to the Terms of Use
#

# start

NetRange:       8.0.0.0 - 8.127.255.255
CIDR:           8.0.0.0/9
NetName:        LVLT-ORG-8-8
Parent:         NET8 (NET-8-0-0-0-0)
Organization:   Level 3 Parent, LLC (LPL-141)

OrgName:        Level 3 Parent, LLC
Country:        US
ReferralServer: rwhois://rwhois.level3.net:4321

OrgAbuseEmail:  abuse@level3.com

# end


# start

NetRange:       8.8.8.0 - 8.8.8.255
CIDR:           8.8.8.0/24
NetName:        GOGL
NetHandle:      NET-8-8-8-0-2

OrgName:        Google LLC
OrgId:          GOGL
Country:        US

OrgTechEmail:   arin-contact@google.com

OrgAbuseHandle: ABUSE5250-ARIN
OrgAbuseEmail:  network-abuse@google.com

# end
`;

export const RIPE_WHOIS = `% This is the RIPE Database query service.
% Note: this output has been filtered.

% Information related to '193.0.0.0 - 193.0.7.255'

% Abuse contact for '193.0.0.0 - 193.0.7.255' is 'abuse@ripe.net'

inetnum:        193.0.0.0 - 193.0.7.255
netname:        RIPE-NCC
descr:          RIPE Network Coordination Centre
org:            ORG-RIEN1-RIPE
descr:          Amsterdam, Netherlands
country:        NL
source:         RIPE

organisation:   ORG-RIEN1-RIPE
org-name:       Reseaux IP Europeens Network Coordination Centre (RIPE NCC)
country:        DE
address:        P.O. Box 10096
source:         RIPE # Filtered

% Information related to '193.0.0.0/21AS3333'

route:          193.0.0.0/21
descr:          RIPE-NCC-ROUTE
origin:         AS3333
`;

export const LACNIC_WHOIS = `% IP Client: 192.0.2.1

inetnum:     200.160/20
status:      allocated
owner:       Núcleo de Inf. e Coord. do Ponto BR - NIC.BR
ownerid:     005.506.560/0001-36
country:     BR
owner-c:     FAN
abuse-c:     AIL
created:     20000922

nic-hdl:     FAN
person:      Frederico Neves
e-mail:      fneves@registro.br

nic-hdl:     AIL
person:      Incident Handling
e-mail:      cert@cert.br
`;

export const AFRINIC_WHOIS = `% This is the AfriNIC Whois server.

inet6num:       2001:4290::/32
netname:        AFRINIC-IPv6
descr:          Example Carrier
country:        ZA

role:           Abuse desk
abuse-mailbox:  noc@carrier.example.za
nic-hdl:        AD1-AFRINIC
`;
