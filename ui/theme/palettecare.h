#pragma once

#include <QObject>

namespace turnspit {

/// Keeps the application's palette readable, now and whenever the desktop changes it (tones::withReadableHints).
class PaletteCare final : public QObject
{
    Q_OBJECT
public:
    /// Lives with the application object, and not longer.
    PaletteCare();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void mend();
};

} // namespace turnspit
