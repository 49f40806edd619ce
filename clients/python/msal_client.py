"""python3-msal, unmodified: a token by secret and one by certificate, each used
for WhoAmI and a short list. Prints one JSON line per credential."""
import hashlib
import json
import os
import re
import ssl
import urllib.error
import urllib.request

import msal

env = os.environ
authority = f"{env['AZURE_AUTHORITY_HOST']}/{env['AZURE_TENANT_ID']}"
scopes = [f"{env['DATAVERSE_URL']}/.default"]
trust = ssl.create_default_context(cafile=env["STEAD_CA"])


def certificate(path):
    with open(path, encoding="ascii") as file:
        pem = file.read()
    cert = re.search(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", pem, re.S).group(0)
    key = re.search(r"-----BEGIN (?:RSA )?PRIVATE KEY-----.+?-----END (?:RSA )?PRIVATE KEY-----", pem, re.S).group(0)
    thumbprint = hashlib.sha1(ssl.PEM_cert_to_DER_cert(cert)).hexdigest()
    return {"private_key": key, "thumbprint": thumbprint, "public_certificate": cert}


def get(path, token):
    request = urllib.request.Request(
        f"{env['DATAVERSE_URL']}/api/data/v9.2/{path}",
        headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
    )
    with urllib.request.urlopen(request, context=trust) as answer:
        return answer.status, json.load(answer)


def run(kind, credential):
    app = msal.ConfidentialClientApplication(
        env["AZURE_CLIENT_ID"],
        authority=authority,
        client_credential=credential,
        instance_discovery=False,
        verify=env["STEAD_CA"],
    )
    result = app.acquire_token_for_client(scopes=scopes)
    if "access_token" not in result:
        print(json.dumps({"kind": kind, "error": result["error"], "codes": result["error_codes"], "message": result["error_description"]}))
        return
    status, who = get("WhoAmI", result["access_token"])
    _, rows = get("accounts?$select=name&$top=3", result["access_token"])
    print(json.dumps({"kind": kind, "status": status, "body": who, "rows": len(rows["value"])}))


run("secret", env["AZURE_CLIENT_SECRET"])
run("certificate", certificate(env["AZURE_CLIENT_CERTIFICATE_PATH"]))
run("wrong", "not-the-secret")
