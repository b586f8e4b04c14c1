/* SPDX-License-Identifier: Apache-2.0 */
/* A provider on this machine that answers some requests and then keeps one waiting for ever. */
#ifndef ARCHWAY_TESTS_CLI_SERVER_H
#define ARCHWAY_TESTS_CLI_SERVER_H

struct cli_answer {
    const char *request; /* how it starts: "GET /api/v1/instances" */
    const char *body;    /* NULL: none comes */
    const char *status;  /* NULL: "200 OK" */
};

/* A listening port on 127.0.0.1; returns the socket. */
int cli_listen(unsigned *ret_port);

/* Reads a request with its body, as a text. -1: the other side left before it was whole. */
int cli_read_request(int connection, char *request, unsigned long request_size);

/* Answers until a request comes that has no answer; returns when that is there whole. Ends in a NULL request. */
void cli_serve_until_stuck(int listener, const struct cli_answer *answers);

#endif
