#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the first inputs of the fuzz targets, a folder each, from the fixtures and from a few lines here.
# Usage: seeds.sh SOURCE_DIR PLUGIN OUT_DIR
set -euo pipefail
source=$1
plugin=$2
out=$3

rm -rf "$out"
mkdir -p "$out"/{json,xml,elf,query,config,recording,sigv4,aws_xml,scan,sku,image}

find "$source/fixtures" -name '*.json' -size -64k -exec cp {} "$out/json" \;
find "$source/fixtures" -name '*.xml' -size -64k -exec cp {} "$out/xml" \;
find "$source/fixtures" -name '*.http' -size -64k -not -path '*/registry/*' -exec cp {} "$out/recording" \;
cp "$plugin" "$out/elf/plugin.so"

cat >"$out/json/every-kind.json" <<'END'
{"data": [{"a": 1, "b": -1.5e3, "c": "\u00e9\n", "d": true, "e": null, "f": {"g": [[[]]]}}, 9223372036854775807]}
END
printf '<!DOCTYPE html><html><body>502 Bad Gateway</body></html>' >"$out/json/page.html"

cat >"$out/xml/every-kind.xml" <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<!-- a comment --><x:r xmlns:x="http://example.com/doc/"><requestId>59dbff89</requestId><?pi data?>
  <set><item a="1" b='2'><n>-12</n><t>&lt;&#x42;&amp;</t></item><item/><item><c><![CDATA[<x>]]></c> mixed</item></set>
  <nextToken/></x:r>
END
printf '<r><!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a></r>' >"$out/xml/inside.xml"
printf '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>' >"$out/xml/entities.xml"
printf '\377\376<\0a\0>\0b\0<\0/\0a\0>\0' >"$out/xml/utf-16.xml"
printf '<?xml version="1.0" encoding="ISO-8859-1"?><a>\351</a>' >"$out/xml/latin.xml"
printf '<html><head><title>502 Bad Gateway</title></head></html>' >"$out/xml/page.html"

cat >"$out/query/everything" <<'END'
backend one,two
region us-east-3
type gpu_1x_gh200
arch arm64
cpu arm:4..8
memory 16GB..64GiB
disk 1.5TB..
gpu GH200,A100:1..8:80GB..
gpu-vendor nvidia,amd
spot only
max-price 2.500000001
available yes
sort -memory
limit 10
END
printf 'cpu ..16\nmemory 24\ngpu none\narch any\nsort price\nlimit 0\n' >"$out/query/others"

cat >"$out/config/everything.yaml" <<'END'
# Two of one kind.
owner: my-server
backends:
  - type: lambda
    name: lambda-research
    endpoint: http://127.0.0.1:8080/api/v1
    regions: [us-east-3, "us-west-1"]
    rate_limit: false
    api_key: secret_key
    zones:
      - a
      - b
  - {type: lambda, profile: 'it''s', retries: 3, public: yes}
END
cat >>"$out/config/everything.yaml" <<'END'
registry_mirrors: {docker.io: "https://mirror.example.com/hub"}
emulation_factor: 2808/386
END
printf 'backends:\n  - type: lambda\n    regons: us-east-3\n' >"$out/config/misspelt.yaml"
printf 'owner: &a x\nbackends: *a\n' >"$out/config/alias.yaml"

cat >"$out/recording/everything.http" <<'END'
archway-recording 1
clock 2026-05-01T12:00:00.500Z
order any
env EXAMPLE_API_KEY <secret>
file ~/.example/credentials
key = <secret>
end

>>> run ["ssh","-o","BatchMode=yes","host","uname -m"]

input
<<< exit 3 after 2s
stderr: refused

aarch64
>>> GET https://api.example.com/v1/machines
accept: application/json

<<< 200 after 80ms cut after 20
content-type: application/json

{"data": "{{token}}"}
>>> DELETE https://api.example.com/v1/machines/1
<<< lost
END
cat >"$out/sigv4/post" <<'END'
ec2
https://ec2.us-east-1.amazonaws.com/
content-type: application/x-www-form-urlencoded; charset=utf-8
X-Amz-Target:  AWSPriceListService.GetProducts 	
User-Agent: x
a:
A: "b   c"
END
printf 's3\nhttps://bucket.s3.amazonaws.com:8443/a%%20b/%%e1%%88%%b4//c/../d?lifecycle&prefix=J&max-keys=%%32\n' >"$out/sigv4/s3"
printf 'ec2\nhttp://[::1]:4566/./a//b/../%%41%%/?b=2&a=%%2b+&a-b=1&a=1&=&flag&c=a=b==\nhost: other\n' >"$out/sigv4/encoded"
printf 's3\nhttps://h\nx-amz-content-sha256:UNSIGNED-PAYLOAD\n' >"$out/sigv4/unsigned"
find "$out" -type f | wc -l

cat >"$out/image/index" <<'END'
localhost:5000/a/b:1.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[
 {"mediaType":"application/vnd.oci.image.manifest.v1+json","size":1,
  "digest":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
  "platform":{"architecture":"arm64","os":"linux","variant":"v8","os.version":"1"},
  "annotations":{"vnd.docker.reference.type":"x"}}]}
END
cat >"$out/image/manifest" <<'END'
Bearer realm="https://a/t\"",service="s", scope=repository:a:pull, Basic realm=x
{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json",
 "digest":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},"layers":[]}
END
cat >"$out/image/logins" <<'END'
NVIDIA/cuda
{"auths":{"r.io/a":{"auth":"YWRhOm9uZQ=="},"https://r.io/v1/":{"identitytoken":"x"}},"credsStore":"desktop",
 "credHelpers":{"s.io":"ecr-login"},"Username":"<token>","Secret":"s","os":"linux","architecture":"amd64"}
END

# The same for the reader that takes a short way, and a listing that can take it.
cp "$out"/xml/* "$out/aws_xml"
cat >"$out/aws_xml/listing.xml" <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
    <set><item><instanceType>c7g.large</instanceType><other><a>1</a></other><b/></item></set>
    <nextToken>a+/=</nextToken>
</Response>
END

# JSON once more, for the reader that makes no tree.
cp "$out"/json/* "$out/scan"
cat >"$out/scan/types.json" <<'END'
{"items": [{"name": "c4a-standard-8", "guestCpus": 8, "id": "7", "accelerators": [{"guestAcceleratorCount": 1}],
  "deprecated": {"state": "DEPRECATED"}, "\u0061": "\ud83d\ude00 \"x\"", "n": [0, -1, 1.5e-3, true, null]}],
 "nextPageToken": "a/+=="}
END
cat >"$out/sku/everything" <<'END'
Spot Preemptible C4A Arm Instance Core running in Iowa
Nvidia Tesla T4 GPU attached to Spot Preemptible VMs running in Americas
SSD backed Local Storage in Zurich
A4 Nvidia B200 (1 gpu slice) running in Americas
Memory Optimized Upgrade Premium for Memory-optimized Instance Ram running in Tokyo
M4NUltramem224Instance Ram running in Iowa
Commitment v1: C4A Arm Cpu in Mumbai for 1 Year
C4A Arm Instance Core running in Frankfurt - DWS Defined Duration
Reserved C4A Arm Instance Core in Frankfurt
Compute optimized Core running in Americas
END
