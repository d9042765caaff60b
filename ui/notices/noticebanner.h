#pragma once

#include <ui/notices/notice.h>

#include <QFrame>

class QHBoxLayout;
class QLabel;
class QToolButton;

namespace turnspit {

/// Notices in the window itself, a band that its layout makes room for: it covers nothing. For facts about the program,
/// and for others where neither the desktop nor the tray can show them. The oldest is shown until it is closed or one of
/// its buttons is pressed, then the next one; hidden while there is none.
///
/// objectNames: noticeBanner; noticeText, noticeBody, noticeMore, buttons noticeBanner/ID, noticeBannerClose.
class NoticeBanner final : public QFrame, public NoticeOutlet
{
    Q_OBJECT
public:
    explicit NoticeBanner(QWidget* parent = nullptr);

    /// One of the same key is replaced where it is in the queue.
    void show(const Notice& notice) override;
    void close(const QString& key) override;

Q_SIGNALS:
    /// It is closed already.
    void pressed(const turnspit::Notice& notice, const QString& button);

private:
    void refresh();
    void setButtons(const QList<Notice::Button>& buttons);

    QLabel* m_icon;
    QLabel* m_text;
    QLabel* m_body;
    QLabel* m_more;
    QHBoxLayout* m_buttons;
    QToolButton* m_closer;
    QList<Notice> m_queue;
    Notice m_shown; ///< as it is on screen
};

} // namespace turnspit
