#include <turnspit/control/hostsession.h>
