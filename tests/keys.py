# SPDX-License-Identifier: LGPL-2.1-or-later
"""Certificates for TLS, and the tokens by which NATS knows operators, accounts and users; all made with openssl."""

import base64
import binascii
import json
import subprocess
import time


def openssl(*args, **options):
    return subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True, **options).stdout


class Authority:
    """Signs certificates, whose files are in the folder: NAME.crt and NAME.key."""

    def __init__(self, folder, name="authority"):
        self.folder = folder
        self.certificate, self.key = folder / f"{name}.crt", folder / f"{name}.key"
        openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-days", 2, "-subj", f"/CN={name}",
                "-keyout", self.key, "-out", self.certificate)

    def issue(self, name, alternative):
        certificate, key, request = (self.folder / f"{name}.{end}" for end in ("crt", "key", "csr"))
        extension = self.folder / f"{name}.ext"
        extension.write_text(f"subjectAltName={alternative}\n")
        openssl("req", "-newkey", "ed25519", "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
                "-days", 2, "-extfile", extension, "-out", certificate)
        return certificate, key


class Key:
    """A key of NATS: Ed25519, written in base 32 with a letter for its kind, O, A or U."""

    KINDS = {"O": 14 << 3, "A": 0, "U": 20 << 3}
    SEED = 18 << 3

    def __init__(self, folder, name, kind):
        self.path, self.kind = folder / f"{name}.pem", kind
        openssl("genpkey", "-algorithm", "ed25519", "-out", self.path)
        seed = openssl("pkey", "-in", self.path, "-outform", "DER")[-32:]
        public = openssl("pkey", "-in", self.path, "-pubout", "-outform", "DER")[-32:]
        number = self.KINDS[kind]
        self.public = self._encode(bytes([number]) + public)
        self.seed = self._encode(bytes([self.SEED | number >> 5, (number & 31) << 3]) + seed)

    @staticmethod
    def _encode(data):
        data += binascii.crc_hqx(data, 0).to_bytes(2, "little")
        return base64.b32encode(data).decode().rstrip("=")

    def sign(self, data):
        file = self.path.with_suffix(".data")
        file.write_bytes(data)
        return openssl("pkeyutl", "-sign", "-inkey", self.path, "-rawin", "-in", file)


def token(issuer, subject, kind, **claims):
    """What issuer says of subject, as a JSON web token."""

    def encode(data):
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    body = {"jti": subject.public, "iat": int(time.time()), "iss": issuer.public, "sub": subject.public,
            "name": kind, "nats": {"type": kind, "version": 2, **claims}}
    text = ".".join(encode(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ed25519-nkey"}, body))
    return f"{text}.{encode(issuer.sign(text.encode()))}"


class Operator:
    """An operator with one account, which has JetStream; options is what a server needs to know."""

    def __init__(self, folder):
        self.folder = folder
        operator, system = Key(folder, "operator", "O"), Key(folder, "system", "A")
        self.account = Key(folder, "account", "A")
        none = {"subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": True, "conn": -1,
                "leaf": -1}
        jetstream = {"mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1}
        self.options = f"""
            operator: {token(operator, operator, "operator", system_account=system.public)}
            system_account: {system.public}
            resolver: MEMORY
            resolver_preload: {{
                {system.public}: {token(operator, system, "account", limits=none)}
                {self.account.public}: {token(operator, self.account, "account", limits=none | jetstream)}
            }}
        """

    def credentials(self, name, issuer=None):
        """The file of a new user."""
        user = Key(self.folder, name, "U")
        path = self.folder / f"{name}.creds"
        text = token(issuer or self.account, user, "user", subs=-1, data=-1, payload=-1)
        path.write_text(f"-----BEGIN NATS USER JWT-----\n{text}\n------END NATS USER JWT------\n\n"
                        f"-----BEGIN USER NKEY SEED-----\n{user.seed}\n------END USER NKEY SEED------\n")
        return path
