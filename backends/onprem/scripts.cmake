# Writes the scripts as constants of C into OUTPUT.
file(WRITE ${OUTPUT} "/* Made from the scripts beside scripts.cmake. */\n#include \"backends/onprem/onprem.h\"\n")
foreach(name probe claim)
    file(READ ${FOLDER}/${name}.sh hex HEX)
    string(LENGTH "${hex}" size)
    math(EXPR size "${size} / 2")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    file(APPEND ${OUTPUT}
        "static const char ${name}[] = {${bytes}0};\nconst aw_bytes onprem_${name}_script = {${name}, ${size}};\n")
endforeach()
