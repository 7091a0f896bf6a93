#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the static files are made of, as an SPDX 2.3 document on stdout.

    sbom.py VERSION EPOCH FILE...

EPOCH, seconds since 1970, is the time of the document: the same sources give
the same document. Versions of the libraries are those of the Debian packages
that are installed here.
"""
import datetime
import hashlib
import json
import os
import subprocess
import sys

# Debian package -> name, licence, where it comes from.
LIBRARIES = {
    "musl-dev": ("musl", "MIT", "https://musl.libc.org/"),
    "libinih-dev": ("inih", "BSD-3-Clause", "https://github.com/benhoyt/inih"),
    "libcap-ng-dev": ("libcap-ng", "LGPL-2.1-or-later",
                      "https://github.com/stevegrubb/libcap-ng"),
}


def installed(package):
    lines = subprocess.run(
        ["dpkg-query", "-W", "-f", "${source:Package} ${source:Version}\n",
         package], text=True, capture_output=True, check=True).stdout
    return lines.splitlines()[0].split()


def package(name, version, licence, **more):
    return {
        "SPDXID": f"SPDXRef-Package-{name}",
        "name": name,
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": licence,
        "licenseDeclared": licence,
        "copyrightText": "NOASSERTION",
        **more,
    }


def library(debian):
    name, licence, home = LIBRARIES[debian]
    source, version = installed(debian)
    origin = {
        "referenceCategory": "PACKAGE-MANAGER",
        "referenceType": "purl",
        "referenceLocator": f"pkg:deb/debian/{source}@{version}?arch=source",
    }
    return package(name, version.split("-")[0], licence, homepage=home,
                   externalRefs=[origin])


def described(path):
    with open(path, "rb") as file:
        content = file.read()
    name = os.path.basename(path)
    return {
        "SPDXID": f"SPDXRef-File-{name}",
        "fileName": f"./{name}",
        "fileTypes": ["BINARY"],
        "checksums": [
            {"algorithm": "SHA1",
             "checksumValue": hashlib.sha1(content).hexdigest()},
            {"algorithm": "SHA256",
             "checksumValue": hashlib.sha256(content).hexdigest()},
        ],
        "licenseConcluded": "MIT AND BSD-3-Clause AND LGPL-2.1-or-later",
        "copyrightText": "NOASSERTION",
    }


def related(one, how, other):
    return {"spdxElementId": one, "relationshipType": how,
            "relatedSpdxElement": other}


def main():
    version, epoch, *paths = sys.argv[1:]
    files = [described(path) for path in paths]
    packages = [package("capini", version, "MIT"),
                *(library(debian) for debian in sorted(LIBRARIES))]
    own = packages[0]["SPDXID"]
    relations = [related("SPDXRef-DOCUMENT", "DESCRIBES", own)]
    for file in files:
        relations.append(related(own, "GENERATES", file["SPDXID"]))
        relations += [related(file["SPDXID"], "STATIC_LINK", p["SPDXID"])
                      for p in packages[1:]]
    name = f"capini-{version}"
    digest = hashlib.sha256(json.dumps(files).encode()).hexdigest()
    created = datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc)
    json.dump({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": name,
        "documentNamespace": f"https://spdx.org/spdxdocs/{name}-{digest}",
        "creationInfo": {
            "created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": [f"Tool: capini-sbom-{version}"],
        },
        "packages": packages,
        "files": files,
        "relationships": relations,
    }, sys.stdout, indent=2)
    print()


main()
