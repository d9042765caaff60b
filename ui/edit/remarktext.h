#pragma once

#include <turnspit/control/values.h>

#include <QString>

class QLineEdit;

/// What hosts say about a service file, as a form shows it beside the field that it is about.
namespace turnspit {

/// `"a \"b\""`: the text as a TOML string, whatever it holds.
[[nodiscard]] QString quotedToml(const QString& text);

/// The message without the key, which the place says, beginning with a capital letter: "Minute must be 0–59, not 61".
[[nodiscard]] QString remarkText(const Remark& remark);

/// What the button beside the remark does; "" where there is nothing to press.
[[nodiscard]] QString fixText(const Remark& remark);

/// Shows at the end of the field that something is wrong with it; its tooltip says what. Property `invalid`, for tests.
void markField(QLineEdit& field, const QString& problem);

/// A name for a service that runs this command, of allowed letters and none of `taken`; "" where the command says nothing.
[[nodiscard]] QString suggestName(const QString& commandLine, const QStringList& taken);

/// `name`, or it with a number behind it where it is taken.
[[nodiscard]] QString freeName(const QString& name, const QStringList& taken);

} // namespace turnspit
