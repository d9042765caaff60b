#pragma once

#include <ui/notices/notice.h>

#include <QFrame>

class QHBoxLayout;
class QLabel;

namespace turnspit {

/// Notices in the window itself, along its upper edge: where neither the desktop nor the tray can show them. One at a
/// time, the last one told. objectName noticeBanner; buttons noticeBanner/ID, noticeBannerClose.
class NoticeBanner final : public QFrame, public NoticeOutlet
{
    Q_OBJECT
public:
    /// Lies over `window` and follows its size.
    explicit NoticeBanner(QWidget& window);

    void show(const Notice& notice) override;
    void close(const QString& key) override;

Q_SIGNALS:
    void pressed(const turnspit::Notice& notice, const QString& button);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void place();

    QWidget& m_window;
    QLabel* m_text;
    QHBoxLayout* m_buttons;
    Notice m_notice;
};

} // namespace turnspit
