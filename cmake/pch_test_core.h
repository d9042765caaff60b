// Precompiled for the tests of Qt Core code.
#pragma once

#include "pch_core.h"

#include <QTemporaryDir>
#include <QTest>
